package io.github.grpck8s.it.lifecycle;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;

/**
 * Tests that count: a few of each in every build, and all that was promised in the Maven
 * profile {@code cluster}.
 *
 * @see Figure
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Tag("counts")
@interface LifecycleCounts {

}
