"""Go's ``text/template`` language: lexer, parser and a compiler to Jinja2 nodes."""
