/**
 * What it costs and what it saves, beside what a user would pick instead: programs that
 * print ratios against named rivals of the same run. {@link Program} is one of them,
 * {@link Benchmarks} runs them.
 */
@NullMarked
package io.github.grpck8s.benchmarks;

import org.jspecify.annotations.NullMarked;
