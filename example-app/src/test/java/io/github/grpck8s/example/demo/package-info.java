/**
 * The demo: the example's servers and its client as processes of their own, around a
 * Kubernetes API that is the project's fake.
 */
@NullMarked
package io.github.grpck8s.example.demo;

import org.jspecify.annotations.NullMarked;
