//! The `envcheck` program: parses, runs, exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        envcheck::cli::say_panic(info);
        #[expect(clippy::disallowed_methods, reason = "a panic ends the process here, whatever thread it is on")]
        std::process::exit(2);
    }));
    envcheck::parallel::join_in();
    envcheck::cli::main(std::env::args_os())
}
