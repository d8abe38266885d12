// JSON read by a parser that is not the product's, with every number kept digit by digit.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dualstore::cli_test {

// Builds a document in which a number is the text "number " and its digits.
class ExactJson : public nlohmann::json_sax<nlohmann::ordered_json> {
  public:
    using Document = nlohmann::ordered_json;

    // Discarded (is_discarded) where it is no JSON.
    static Document parse(const std::string& text) {
        ExactJson reader;
        return Document::sax_parse(text, &reader) ? reader.root_ : Document(Document::value_t::discarded);
    }

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add("number " + std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return add("number " + std::to_string(value)); }
    bool number_float(number_float_t, const string_t& digits) override { return add("number " + digits); }
    bool string(string_t& value) override { return add(value); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Document::object()); }
    bool key(string_t& name) override {
        name_ = name;
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(Document::array()); }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

  private:
    Document& place() {
        if (open_.empty()) return root_;
        if (open_.back()->is_array()) return open_.back()->emplace_back();
        return (*open_.back())[name_];
    }
    bool add(Document value) {
        place() = std::move(value);
        return true;
    }
    bool open(Document value) {
        Document& made = place();
        made = std::move(value);
        open_.push_back(&made);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    Document root_;
    std::vector<Document*> open_;  // a child is only added to the innermost, so none of them moves
    std::string name_;
};

}  // namespace dualstore::cli_test
