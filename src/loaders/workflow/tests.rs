//! Tests of the workflow loader.
