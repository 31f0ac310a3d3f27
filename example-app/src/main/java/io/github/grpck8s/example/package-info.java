/**
 * A user service on Kubernetes and a client that calls it, as an application of the
 * starter would have them.
 */
@NullMarked
package io.github.grpck8s.example;

import org.jspecify.annotations.NullMarked;
