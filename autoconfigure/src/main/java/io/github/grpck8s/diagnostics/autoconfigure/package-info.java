/**
 * What a developer is told when something is wrong: failure analyses with the remedy.
 */
@NullMarked
package io.github.grpck8s.diagnostics.autoconfigure;

import org.jspecify.annotations.NullMarked;
