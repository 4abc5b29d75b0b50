"""Nginx: the transaction that puts files live, and what is seen of the running one."""
