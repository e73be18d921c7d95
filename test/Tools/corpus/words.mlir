the quick brown fox
