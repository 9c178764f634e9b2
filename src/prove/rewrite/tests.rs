//! Each lesson of a gateway, spoilt in every way that Istio does not notice.
