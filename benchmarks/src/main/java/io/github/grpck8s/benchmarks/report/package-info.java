/**
 * What is printed and written: rows with a ratio each, as a table, as JSON and as a
 * picture.
 */
@NullMarked
package io.github.grpck8s.benchmarks.report;

import org.jspecify.annotations.NullMarked;
