# What is typed often. `just` alone lists it.

_list:
    @just --list --unsorted

# All that must hold before a change goes in; CI runs the same.
check:
    bash .ci/run

# Formats the code.
fmt:
    cargo fmt

# Runs the tests, or those whose names hold a word.
test *words:
    cargo test --locked {{ words }}
