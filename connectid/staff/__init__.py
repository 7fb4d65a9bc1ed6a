"""Members of staff: what each may do, everything about one worker on one page, and a record of all that they did."""
