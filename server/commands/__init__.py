"""The command line, a file a command. Each has `configure(parser)` and `run(options) -> exit status`."""
