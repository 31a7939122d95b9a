"""Data comparison (数据比对): lists of other departments, the doubts that they raise, and what becomes of those."""
