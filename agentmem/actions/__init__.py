"""The use cases: what the command line, the hooks and MCP all call. They take and return values; nothing here prints."""
