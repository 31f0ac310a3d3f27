/**
 * The end-to-end suite: the chart and the example on a real Kubernetes. Run by the Maven
 * profile {@code cluster}; docs/testing.md says how.
 */
@NullMarked
package io.github.grpck8s.it.cluster;

import org.jspecify.annotations.NullMarked;
