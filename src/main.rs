//! The command `meshgen`.

fn main() {}
