"""An enrolled phone and its own secret, the device credential (contract A1)."""
