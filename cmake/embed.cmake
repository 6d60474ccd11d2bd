# Writes a source file that defines SYMBOL, a string_view in mfpar::apps, as the contents of FILE:
# cmake -DFILE=... -DSYMBOL=... -DOUT=... -P embed.cmake. The text must not hold )embedded".
file(READ ${FILE} text)
# Pieces, as a literal may have 65536 characters only.
set(literals "")
string(LENGTH "${text}" length)
set(begin 0)
while(begin LESS length)
  string(SUBSTRING "${text}" ${begin} 16000 piece)
  string(APPEND literals "\n    R\"embedded(${piece})embedded\"sv,")
  math(EXPR begin "${begin} + 16000")
endwhile()
file(
  WRITE ${OUT}
  "#include <string>
#include <string_view>

namespace mfpar::apps {

using namespace std::string_view_literals;

extern const std::string_view ${SYMBOL};

namespace {

const std::string& whole() {
  static const std::string text = [] {
    std::string all;
    for (const std::string_view piece : {${literals}
    \"\"sv}) all += piece;
    return all;
  }();
  return text;
}

}  // namespace

const std::string_view ${SYMBOL} = whole();

}  // namespace mfpar::apps
")
