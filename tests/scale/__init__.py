"""What holds at any number of workers: statements by account, indexes that are used."""
