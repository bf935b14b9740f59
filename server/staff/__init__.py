"""Staff: accounts of the people who run rooms, the shops they belong to, and how they sign in."""
