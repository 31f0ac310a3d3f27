/**
 * Renders the example's chart with real Helm and reads the result as Kubernetes and the
 * application would.
 */
@NullMarked
package io.github.grpck8s.it.chart;

import org.jspecify.annotations.NullMarked;
