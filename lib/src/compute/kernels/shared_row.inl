// SPDX-License-Identifier: MIT
//
// The seam of Hogwild: the one place where threads read and write the same memory without order.
//
// What races: factors and states of the fixed side (items), where a segment of a run begins and
// where it ends. A segment of at most kMaxSegment ratings loads the row, works on a copy, and at
// its end loads it again and stores it with the difference added. Between that last load and the
// store another worker may store; its difference is then lost. A reader may see some vectors of a
// row from before another worker's store and some from after.
//
// Why that is harmless here: what is lost is the step of a few ratings among thousands an epoch,
// and a mixed row is a point between two iterates; Recht, Re, Wright and Niu (2011) bound what both
// cost, and what it costs to step from a row that is a little old, when few ratings share an item
// at the same moment. Every number read was stored by someone: vectors of up to 16 bytes do not
// tear on the processors served, and wider ones tear only between floats. Adding differences a
// segment at a time, not rows a rating at a time, also keeps popular items from travelling between
// the cores at each update.
//
// Why inline assembly: a plain load that races is undefined in C++, so the compiler may assume that
// memory does not change under it. A relaxed atomic for each float is defined and two to five times
// slower, since nothing vectorises it. An instruction written out is neither: the compiler must
// take what it loads as given, and ThreadSanitizer, which checks the language's rules, has nothing
// to check. Other processors get the relaxed atomics.
//
// Included once for each instruction set, inside its namespace; no include guard. REQUIRES:
// pointers aligned to the vector's size.

template <int kLanes>
inline Vec<kLanes> load_shared(const float* from) {
  Vec<kLanes> v;
#if defined(MFPAR_KERNEL_VEX)
  asm("vmovaps %1, %0" : "=v"(v) : "m"(*reinterpret_cast<const Vec<kLanes>*>(from)));
#elif defined(__SSE__)
  asm("movaps %1, %0" : "=x"(v) : "m"(*reinterpret_cast<const Vec<kLanes>*>(from)));
#elif defined(__aarch64__)
  asm("ldr %q0, %1" : "=w"(v) : "m"(*reinterpret_cast<const Vec<kLanes>*>(from)));
#else
  for (int i = 0; i < kLanes; ++i) __atomic_load(from + i, &v[i], __ATOMIC_RELAXED);
#endif
  return v;
}

template <int kLanes>
inline void store_shared(float* to, Vec<kLanes> v) {
#if defined(MFPAR_KERNEL_VEX)
  asm("vmovaps %1, %0" : "=m"(*reinterpret_cast<Vec<kLanes>*>(to)) : "v"(v));
#elif defined(__SSE__)
  asm("movaps %1, %0" : "=m"(*reinterpret_cast<Vec<kLanes>*>(to)) : "x"(v));
#elif defined(__aarch64__)
  asm("str %q1, %0" : "=m"(*reinterpret_cast<Vec<kLanes>*>(to)) : "w"(v));
#else
  for (int i = 0; i < kLanes; ++i) {
    const float x = v[i];
    __atomic_store(to + i, &x, __ATOMIC_RELAXED);
  }
#endif
}
