//! `sync` against a Secret Manager on this machine that misbehaves: under every fault, at every call, another run ends in
//! the planned state. And the command itself: killed at each call, asked, refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fake/mod.rs"]
mod fake;

mod command;
mod faults;
mod placing;
mod races;
mod scale;
mod shop;
