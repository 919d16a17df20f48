-- store/scorer: the scorer of this build, so that scores can say who computed them.
INSERT OR IGNORE INTO main.scorers (name, version, hash)
VALUES ('lightning', lightning_version(), lightning_scorer())
