"""JSON in and out as Go's encoding/json has it."""
