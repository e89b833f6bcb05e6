-- How much each sender holds here, and the next of each sender: no flood of one stands before the others.

CREATE INDEX arrivals_sender ON arrivals (sender, state, next_attempt, sequence) WHERE finished IS NULL;
