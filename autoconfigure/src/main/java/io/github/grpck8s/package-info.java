/**
 * The front door: the few contracts that every room may use. A room is a package beside
 * this one; it looks up here and never sideways into another room.
 */
@NullMarked
package io.github.grpck8s;

import org.jspecify.annotations.NullMarked;
