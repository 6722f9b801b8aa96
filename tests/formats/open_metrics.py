"""Reads an exposition from standard input and prints its families, and the samples of some."""

import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

for family in text_string_to_metric_families(sys.stdin.read()):
    print("family", family.name, family.type)
    for sample in family.samples:
        assert sample.timestamp is None, sample
        if sample.exemplar is not None:
            labels, value = sample.exemplar.labels, sample.exemplar.value
            print("exemplar", sample.name, sample.labels["le"], labels, value)
        if sample.name.endswith("_created"):
            print("created", sample.name, sample.labels.get("component", ""), sample.value)
