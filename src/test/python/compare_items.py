#!/usr/bin/env python3
"""Compares the items in the results of a run with what Python's own readers make of the same file.

usage: compare_items.py csv FILE RESULTS DELIMITER QUOTE HEADER    (QUOTE: double or none; HEADER: first or none)
       compare_items.py jsonl FILE RESULTS

Each result must have an `original` that is the JSON of the item. Exits 0 and prints the number of items if all are the same.
"""
import csv
import json
import sys


def csv_items(path, delimiter, quote, header):
    quoting = csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter, quoting=quoting) if row]
    if header == "none":
        names = [f"column_{i + 1}" for i in range(len(rows[0]))]
    else:
        names, rows = rows[0], rows[1:]
    return [dict(zip(names, row, strict=True)) for row in rows]


def jsonl_items(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file if line.strip()]


def main(kind, path, results_path, *options):
    csv.field_size_limit(2**31 - 1)
    expected = csv_items(path, *options) if kind == "csv" else jsonl_items(path)
    with open(results_path, encoding="utf-8", newline="\n") as file:
        results = json.load(file)
    if len(results) != len(expected):
        sys.exit(f"{len(results)} results, {len(expected)} items")
    for i, (result, item) in enumerate(zip(results, expected)):
        # the order of the fields counts too
        if result["index"] != i or json.loads(result["original"], object_pairs_hook=list) != json.loads(
            json.dumps(item), object_pairs_hook=list
        ):
            sys.exit(f"item {i}: {result['original']!r}, expected {item!r}")
    print(len(results))


main(*sys.argv[1:])
