"""The pytest plugin: options, selection of tests by cases, fixtures, reports."""
