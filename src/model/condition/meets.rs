//! Which requests obey a condition and have a path of a certain kind.

use super::{ProxyMatch, TextMatch};

/// What two conditions have in common.
#[derive(Clone, Debug)]
pub enum Common {
    /// The requests that obey this.
    Requests(Box<ProxyMatch>),
    /// No request.
    Nothing,
    /// Something that no single condition says.
    Unsayable,
}

impl ProxyMatch {
    /// These words for requests with one kind of path: of both paths, the narrower.
    #[must_use]
    pub fn within(&self, path: Option<&TextMatch>) -> Common {
        let path = path.filter(|path| !path.is_every_uri());
        let own = self.uri.as_ref().filter(|own| !own.is_every_uri());
        let (Some(path), own) = (path, own) else { return Common::Requests(Box::new(self.clone())) };
        let of_both = |uri: &TextMatch, ignoring| {
            let ignore_uri_case = if ignoring { self.ignore_uri_case } else { None };
            Common::Requests(Box::new(Self { uri: Some(uri.clone()), ignore_uri_case, ..self.clone() }))
        };
        let Some(own) = own else { return of_both(path, false) };
        match self.ignore_uri_case {
            None => match narrower(own, path) {
                Narrower::One => of_both(own, false),
                Narrower::Other => of_both(path, false),
                Narrower::Nothing => Common::Nothing,
                Narrower::Unsayable => Common::Unsayable,
            },
            // The path counts in its own case: it can be said only where the whole of it is meant.
            Some(_) => match narrower(&own.in_lower_case(), &path.in_lower_case()) {
                Narrower::Other => of_both(path, false),
                Narrower::Nothing => Common::Nothing,
                Narrower::One | Narrower::Unsayable => Common::Unsayable,
            },
        }
    }
}

enum Narrower {
    One,
    Other,
    Nothing,
    Unsayable,
}

fn narrower(one: &TextMatch, other: &TextMatch) -> Narrower {
    if one.covers(other) {
        return Narrower::Other;
    }
    if other.covers(one) {
        return Narrower::One;
    }
    match (one, other) {
        (TextMatch::Regex(_), _) | (_, TextMatch::Regex(_)) => Narrower::Unsayable,
        (TextMatch::Exact(_) | TextMatch::Prefix(_), TextMatch::Exact(_) | TextMatch::Prefix(_)) => {
            Narrower::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Place, SourceId, Span};

    fn exact(text: &str) -> TextMatch {
        TextMatch::Exact(text.to_owned())
    }

    fn prefix(text: &str) -> TextMatch {
        TextMatch::Prefix(text.to_owned())
    }

    fn regex(text: &str) -> TextMatch {
        TextMatch::Regex(text.to_owned())
    }

    fn common(own: Option<TextMatch>, path: Option<&TextMatch>) -> String {
        let words = ProxyMatch { uri: own, ..ProxyMatch::default() };
        said(&words.within(path))
    }

    fn said(common: &Common) -> String {
        match common {
            Common::Requests(words) => format!("{:?} {}", words.uri, words.ignore_uri_case.is_some()),
            Common::Nothing => "nothing".to_owned(),
            Common::Unsayable => "unsayable".to_owned(),
        }
    }

    #[test]
    fn the_narrower_path_is_left() {
        let both = |own: TextMatch, path: TextMatch| common(Some(own), Some(&path));
        assert_eq!(both(prefix("/cart"), exact("/cart/1")), r#"Some(Exact("/cart/1")) false"#);
        assert_eq!(both(exact("/cart/1"), prefix("/cart")), r#"Some(Exact("/cart/1")) false"#);
        assert_eq!(both(prefix("/"), prefix("/cart")), r#"Some(Prefix("/cart")) false"#);
        assert_eq!(both(prefix("/a"), prefix("/b")), "nothing");
        assert_eq!(both(exact("/a"), exact("/b")), "nothing");
        assert_eq!(both(regex("/a.*"), regex("/a.*")), r#"Some(Regex("/a.*")) false"#);
        assert_eq!(both(regex("/a.*"), prefix("/a")), "unsayable");
        assert_eq!(both(regex("/a.*"), prefix("/")), r#"Some(Regex("/a.*")) false"#);
        assert_eq!(common(None, Some(&regex("/a.*"))), r#"Some(Regex("/a.*")) false"#);
        assert_eq!(common(Some(exact("/a")), None), r#"Some(Exact("/a")) false"#);
    }

    #[test]
    fn a_path_without_regard_to_case_is_only_left_where_the_other_is_wider() {
        let place: Place = Span { source: SourceId(0), start: 0, end: 0 }.into();
        let ignoring = |own: TextMatch, path: TextMatch| {
            let words = ProxyMatch { uri: Some(own), ignore_uri_case: Some(place), ..ProxyMatch::default() };
            said(&words.within(Some(&path)))
        };
        assert_eq!(ignoring(prefix("/CART"), prefix("/cart/a")), r#"Some(Prefix("/cart/a")) false"#);
        assert_eq!(ignoring(prefix("/Cart"), prefix("/cart")), r#"Some(Prefix("/cart")) false"#);
        assert_eq!(ignoring(prefix("/CART/a"), prefix("/cart")), "unsayable");
        assert_eq!(ignoring(prefix("/a"), prefix("/b")), "nothing");
    }
}
