"""Serials of printed papers: a slip of the hand never names another paper."""

from itertools import combinations, product

from quizapp.rules.serials import LENGTH, LETTERS, is_serial, plain, serial, shown

SAMPLES = [serial(letters) for letters in product("A9K", repeat=LENGTH)]


def test_a_serial_is_known_however_it_is_typed():
    for one in SAMPLES:
        assert is_serial(one)
        assert {plain(shown(one)), plain(f" {one.lower()} "), plain("－".join((one[:2], one[2:])))} == {one}


def test_one_wrong_letter_is_no_serial():
    for one in SAMPLES:
        wrong = [one[:at] + letter + one[at + 1 :] for at in range(len(one)) for letter in LETTERS if letter != one[at]]
        assert not any(map(is_serial, wrong))


def test_two_letters_that_changed_places_are_no_serial():
    for one in SAMPLES:
        for a, b in combinations(range(len(one)), 2):
            letters = list(one)
            letters[a], letters[b] = letters[b], letters[a]
            assert one[a] == one[b] or not is_serial("".join(letters))


def test_no_letter_is_read_as_another():
    assert not set("0O1IL") & set(LETTERS)
    assert not is_serial("") and not is_serial(SAMPLES[0] + "A")
