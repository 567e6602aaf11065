"""TOML as BurntSushi's library for Go writes and reads it."""
