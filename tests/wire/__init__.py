"""The contract's general rules, held against every route that the API has: nothing here names one."""
