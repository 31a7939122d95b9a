"""The pages of the desk about cases, the villages that wait for a decision, proposals and notices."""
