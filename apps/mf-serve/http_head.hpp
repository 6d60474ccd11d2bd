// SPDX-License-Identifier: MIT
#pragma once

#include <boost/beast/http/message.hpp>
#include <string>
#include <string_view>

namespace mfpar::apps {

/// Checks what the parser leaves to the server: that there is one valid Host, that the length of
/// the body is said in one way only (RFC 9112, 6), and that nothing is expected that we cannot do.
/// Throws HttpError: 400 for what another server might take for a message of other length, 417,
/// and 501 for a coding of the body that is not known here.
void check_head(const boost::beast::http::request_header<>& head);

/// Whether the client waits for a 100 (Continue) before it sends the body.
bool expects_continue(const boost::beast::http::request_header<>& head);

/// The key that the client shows: that of "Authorization: Bearer KEY", or else of "X-Api-Key: KEY";
/// "" without.
std::string key_of(const boost::beast::http::request_header<>& head);

/// The path and query that a target means: its own, or those behind "http://host"; "*" stays.
/// Throws HttpError(400) for any other target.
std::string path_and_query(std::string_view target);

}  // namespace mfpar::apps
