"""The functions that templates call, one module per section of Sprig's documentation, and the Launcher's own."""
