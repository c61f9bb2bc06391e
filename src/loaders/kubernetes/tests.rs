//! Tests of the Kubernetes loader.
