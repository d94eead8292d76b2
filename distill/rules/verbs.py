"""Whether English words are a sentence's: have a verb that is not one of a name or a thing."""

import re

_VERBS = (
    "accept adds admits agree aims allow allows also am appears appreciate are argue argues arrive "
    "ask asks ate backs bans beat beats became began begins believe believes belong belongs bit bled "
    "blew bore bought breaks bred brings broke brought built burst call calls came can carries "
    "caught chose claim claims closes come comes commit consider considers continue continues cost "
    "costs could covers creates crept cut deals dealt decide depends describes deserve deserves did "
    "die died dies disagree do does drank drew drives drove drunk dug eat ends enjoy enjoys expect "
    "expects explains face faces falls fear fed feel feels fell felt finds fled flew flung follow "
    "follows forgot fought found froze gave get gets give gives go goes got grew ground grow guess "
    "had happen happens has hate have heads hear heard held helps hid hit hits holds hope hopes hung "
    "hurt hurts include includes insists intends involves is joins keeps kept knelt knew know knows "
    "lacks laid laughs lay leads learn leave leaves led left lent let lies likes lit live lives look "
    "looks lose loses lost loves made maintains make makes marks may means meant met might moves "
    "must need needs offers opens operates oppose overcame oversees owns paid pays plans plays pray "
    "provides put quit ran reaches read reads really recalls receive receives reflects refuse rely "
    "remain remains remember remembers reminds represents requires returns rode rose rules runs said "
    "sang sank sat saw says see seeks seems sees sells send sends sent serve serves set shares shook "
    "shot should shows shut signs sits slams sleep slept slid sold sought sounds speak speaks sped "
    "spend spends spent split spoke sprang spread spun stand stands start starts stole stood struck "
    "stuck stung sues suffers suggests supports swam swept swore swung takes talk taught teaches "
    "tell tells tend tested thank thinks thought threw told took tore treat tries trust try turn "
    "turns understand understands urge urges uses votes vows want wants warns was wears welcome went "
    "were will wins wishes withdrew woke won wonder wore work works worry would wound writes wrote "
)
_NO_VERBS = "hundred|united|red|bed|need|speed|deed|seed|feed"
_PRONOUN = "it|s?he|that|there|they|we|i|you|who|what|here"
_VERB = re.compile(
    rf"\b(?:{'|'.join(_VERBS.split())}|(?!(?:{_NO_VERBS})\b)\w+ed|\w+n['’]t)\b"
    rf"|\b(?:{_PRONOUN})\s?['’](?:re|ll|ve|m|s|d)\b|\b(?:i|we|you|they) \w+",
    re.IGNORECASE,
)


def has_verb(text: str) -> bool:
    """Whether one of its words is a common verb, ends as a verb's past does, or stands by a pronoun.

    Of a headline, in the present tense and with a rarer verb, it may say no.
    """
    return _VERB.search(text) is not None
