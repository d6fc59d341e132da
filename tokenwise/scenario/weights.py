"""Learned points of the scenario detector. Made by docs/maintenance/train_scenario.py; do not edit.

A row is (general, code, math, reasoning, difficulty). The first four are hundredths of a log-odd, the last is in
thousandths of the whole range. A feature gives its points once per level; a word gives them times DAMPING / (DAMPING +
words in the text). A word stands as how many characters it shares with the one before, the rest of it, and its row as
four characters: how many tens, counted from "O"; what GENERAL gets is what the other three lack to nothing. Sources,
licences and what was measured are in docs/scenario.md.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["BASE", "DAMPING", "FEATURE_POINTS", "Points", "points_of", "word_rows"]

Points = tuple[int, int, int, int, int]

DAMPING: Final = 60

BASE: Final[Points] = (192, 19, -44, -47, 380)

FEATURE_POINTS: Final[Mapping[str, Points]] = {
    "code fence": (-3, 9, -4, -2, 2),
    "backtick": (-29, 38, -11, 2, 12),
    "brace": (-27, 38, -7, -3, -18),
    "bracket": (-41, 50, -9, -1, 20),
    "parenthesis": (-41, 35, 18, -12, 15),
    "line ends in ;": (-9, 23, -8, -5, -12),
    "equals sign": (-33, 40, 9, -16, -10),
    "double sign": (-20, 52, -24, -8, 16),
    "LaTeX command": (-6, -10, 22, -6, 28),
    "dollar sign": (-19, 11, 23, -16, -1),
    "power sign": (-17, -14, 49, -17, 24),
    "underscore": (-35, 42, -7, 0, 6),
    "gap to fill": (-14, -29, -2, 44, -4),
    "pipe": (-18, 17, 20, -19, 23),
    "tag": (-12, 30, -17, -1, 2),
    "indented line": (-16, 41, -10, -15, 11),
    "docstring": (-1, 15, -10, -4, -4),
    "quotation": (23, 9, -48, 16, 7),
    "percent sign": (-4, -10, 41, -27, 14),
    "arithmetic sign": (-33, 15, 36, -19, 22),
    "path": (-31, 29, 28, -26, 20),
    "question mark": (4, -22, -1, 19, -4),
    "exclamation": (-21, 11, 31, -21, -4),
    "line": (-8, 30, -19, -3, 11),
    "sentence": (-25, -22, 8, 39, 83),
    "colon": (1, 1, -41, 40, -2),
    "option list": (5, -29, 10, 14, -12),
    "choice": (-4, -13, -9, 26, -2),
    "flag": (-25, 57, -21, -11, 7),
    "snake case": (-15, 31, -7, -9, -10),
    "piped command": (-18, 24, 9, -16, 15),
    "style rule": (-7, 25, -11, -7, 4),
    "statement": (-21, 57, -20, -16, -15),
    "dotted name": (-18, 40, -16, -6, -5),
    "file name": (-17, 26, -6, -3, -3),
    "algebra": (-6, 1, 21, -16, -3),
    "call": (-40, 41, 23, -24, 12),
    "equation": (-33, 20, 19, -6, 38),
    "number": (-1, -12, 22, -9, 51),
    "year": (11, -5, -6, 0, -12),
    "clock": (8, -35, 3, 24, -19),
    "date": (13, -26, -7, 20, -39),
    "money": (22, -37, 41, -25, 10),
    "long number": (50, -14, -4, -33, 4),
    "sum": (4, -23, 44, -26, 8),
    "error name": (-24, 52, -9, -19, 7),
    "opens with auxiliary": (21, -9, -23, 11, -19),
    "single letter": (-15, -5, 3, 17, 38),
    "short": (4, 2, 1, -7, -149),
    "long": (36, -12, -18, -6, -53),
    "length": (0, 0, 0, 0, 23),
    "code name": (-43, 91, -26, -23, 72),
    "code thing": (-27, 73, -21, -25, 135),
    "code maybe": (3, 27, -11, -19, 14),
    "math name": (-31, -16, 65, -18, 49),
    "math act": (-24, -18, 49, -8, 40),
    "quantity question": (7, -24, 47, -31, 8),
    "measure": (0, -1, 9, -7, 5),
    "logic": (-14, -10, -24, 47, 68),
    "relation": (-10, -8, -6, 24, 49),
    "judgement": (-6, -7, 4, 9, -3),
    "edit": (54, -3, -13, -38, -76),
    "prose": (53, -6, -34, -12, -78),
    "service": (26, 24, -27, -24, -60),
    "world": (27, -24, -15, 12, -36),
    "fact question": (9, 8, -7, -10, 2),
    "small talk": (27, -5, -34, 11, -7),
    "hard": (-29, 6, 45, -21, 114),
    "easy": (25, -1, 17, -41, -18),
    "person": (15, -4, -14, 4, -92),
    "support": (43, 2, -35, -10, -62),
    "health": (57, -38, -36, 17, -16),
    "calendar": (22, -29, -20, 27, -21),
    "why": (14, 13, -29, 2, 2),
    "who and when": (12, -9, -21, 18, -6),
    "device": (8, 54, -28, -34, 19),
    "advanced": (-29, -26, 52, 3, 46),
    "sums": (-36, -2, 59, -21, 8),
    "analogy": (-39, -31, -6, 75, 5),
    "quantity question & number": (-27, -16, 73, -30, 23),
    "measure & number": (10, -21, 28, -16, -18),
    "question mark & number": (0, -23, 35, -12, -22),
    "math act & number": (-23, -3, 47, -21, 21),
    "math act & algebra": (-15, -18, 43, -11, -24),
    "math name & algebra": (-18, -24, 48, -6, -32),
    "math name & math act": (-18, -24, 51, -8, -21),
    "code maybe & code name": (-30, 57, -12, -15, -5),
    "code maybe & code thing": (-21, 56, -17, -18, -26),
    "code maybe & prose": (27, 29, -19, -37, 10),
    "code maybe & world": (24, 4, -10, -18, -18),
    "code maybe & parenthesis": (-25, 34, 0, -9, -3),
    "code thing & code name": (-49, 83, -16, -19, 14),
    "code thing & prose": (-1, 37, -11, -25, 5),
    "code thing & number": (-19, 69, -27, -23, -19),
    "code name & prose": (8, 41, -20, -29, -5),
    "math name & prose": (0, -7, -4, 10, 6),
    "math name & world": (3, -21, 34, -16, 4),
    "prose & world": (50, -33, 0, -18, -9),
    "service & world": (46, 6, -16, -37, -31),
    "service & question mark": (8, 14, -6, -16, 21),
    "logic & question mark": (-17, -25, -17, 59, 12),
    "logic & relation": (9, -22, -21, 34, -14),
    "logic & sentence": (-15, -16, -17, 48, -23),
    "relation & question mark": (-26, -25, 21, 31, 10),
    "relation & number": (-15, 10, 24, -19, 11),
    "judgement & option list": (-27, -11, 6, 32, -23),
    "world & option list": (2, -25, 8, 15, 29),
    "question mark & option list": (11, -33, 14, 9, -8),
    "math name & option list": (-4, -3, 21, -14, -13),
    "number & option list": (-9, -12, 33, -12, 47),
    "judgement & question mark": (0, 7, -26, 20, 8),
    "fact question & question mark": (10, -22, 6, 7, -18),
    "LaTeX command & dollar sign": (-7, -9, 21, -5, 6),
    "brace & LaTeX command": (-7, -9, 21, -5, -2),
    "line ends in ; & indented line": (-1, 13, -9, -4, 3),
    "measure & sentence": (-18, -22, 36, 3, 3),
    "short & algebra": (-4, -5, 26, -17, 61),
    "short & number": (2, -9, 28, -21, 12),
    "code maybe & measure": (4, 18, 8, -30, -11),
    "person & number": (12, -10, 21, -23, -6),
    "support & number": (48, -21, -8, -19, -11),
    "health & number": (35, -15, -11, -9, -27),
    "calendar & number": (29, -15, -7, -6, -27),
    "calendar & question mark": (-6, -34, -6, 46, 26),
    "person & question mark": (-10, -8, 4, 14, -1),
    "person & world": (9, -20, -6, 17, -18),
    "person & code maybe": (-2, 10, -13, 5, 30),
    "person & device": (8, 14, 2, -24, 7),
    "device & code maybe": (5, 24, 0, -29, 4),
    "device & code thing": (-21, 49, -14, -14, 17),
    "who and when & question mark": (10, -31, 7, 13, 5),
    "who and when & number": (-9, 21, 9, -21, -14),
    "who and when & sentence": (-44, -23, 28, 39, 29),
    "why & question mark": (27, 14, -45, 4, -5),
    "why & world": (24, -13, -36, 25, -8),
    "why & logic": (-36, 10, -17, 43, -9),
    "opens with auxiliary & question mark": (14, 1, -19, 4, -12),
    "opens with auxiliary & sentence": (22, 0, 2, -23, -1),
    "sum & question mark": (-2, -8, 43, -34, -10),
    "measure & question mark": (-3, -34, 25, 12, -9),
    "relation & sentence": (-15, -18, 0, 33, -11),
    "sentence & question mark": (-50, -34, 28, 57, 86),
    "money & quantity question": (-40, -6, 63, -18, 27),
    "clock & world": (-8, -22, 12, 17, 3),
    "support & device": (25, -27, -4, 6, -6),
    "quantity question & sentence": (-43, -18, 68, -8, -34),
    "world & question mark": (10, -39, 5, 24, -4),
    "code thing & world": (-2, 54, -24, -28, -8),
    "code maybe & number": (-4, 21, -1, -15, -18),
    "year & question mark": (34, -23, -39, 28, -18),
    "logic & parenthesis": (-6, 10, -2, -3, -9),
    "edit & quotation": (75, -20, -23, -33, -27),
    "edit & colon": (86, -26, -25, -34, -58),
    "edit & sentence": (77, -19, -12, -46, -10),
    "edit & question mark": (36, -16, -11, -9, 11),
    "logic & calendar": (-12, -9, -19, 39, 14),
    "relation & calendar": (24, -15, -29, 20, 14),
    "support & question mark": (14, -28, 1, 13, -7),
    "health & question mark": (33, -25, -30, 21, -12),
    "code thing & question mark": (-27, 80, -7, -45, 8),
    "code thing & device": (-23, 49, -13, -13, 17),
    "number without question mark": (6, -1, 27, -32, 8),
    "code maybe without code thing": (0, 17, -5, -12, 4),
    "code maybe without service": (-4, 26, -14, -7, -5),
    "math name without number": (-26, -4, 49, -19, 13),
    "math act without number": (-22, -4, 21, 4, 8),
    "relation without number": (-1, 0, -28, 29, 35),
    "logic without number": (-7, -16, -19, 42, 70),
    "quantity question without number": (46, -26, -1, -19, -14),
    "question mark without option list": (5, -24, -1, 20, 6),
    "brace without LaTeX command": (-22, 51, -37, 7, -18),
    "world without number": (33, -24, -26, 17, -34),
    "judgement without option list": (-2, -10, -5, 17, 16),
    "logic without person": (-13, -9, -26, 48, -2),
    "number without person": (-2, -12, 23, -9, 5),
    "code maybe without world": (-13, 32, -4, -15, 7),
    "question mark without world": (4, -18, -6, 20, -8),
    "relation without person": (-7, 14, -18, 12, -17),
    "sentence without person": (-29, -22, 7, 44, -43),
    "measure without person": (-2, 0, 13, -10, 8),
    "why without person": (18, -3, -21, 6, 16),
    "math name without person": (-36, -13, 65, -15, 46),
}

_WORDS: Final = """
0^aKQNO 2ddMVJN 2fterTOJO 2llMJWP 2naLUNO 2rduinoSNNO 3eLNLO 1bestJMMN 3weiseNTMO 1cWKLN 2anJMMN 2heckOOKO
2ombienLSHM 4mentSKLN 4oUJKN 4pareMKNO 5utePSMO 3nvertNSNO 3uldMNSO 2ualKPOO 4ntoMIQN 7sKSOO 1dansOLLO 2eMVLO
3montreLUNO 4uestraMTMO 3rQLNO 3scribeMMMO 4ignSKOO 2ieOSLO 3fferenceUNMO 2oMNMO 3ckerULNO 3esJSOO 3sLMVO
2raftJOOP 3eiJPRO 1ecrisQMLO 2inKUOP 2lPNOO 2ntwirfUNKO 2rrorMNNO 2sMMOO 3cribeSNLO 3tNTHO 2veryNLTO 2xcelXJNP
3pectedOSMO 4lainQLLN 1fMTOO 2autRMKO 2indJRQU 3veOMRO 2ormuliereLLOO 3urOLTO 1gitUMOO 3veSJKL 5nTNLO 2oogleSOMO
1hallaMTNO 3yMLNO 2owSMHQ 1iKQOL 2chHPRN 2fKSTR 2lLPQO 2nNQPO 2sLLPL 3tLQKO 1javaXNMQ 2eQION 1kannIPMN 1lRLQO
2aMROO 3sNMUO 2esRLRO 3tSPKO 2ohntMLMO 1maNOFM 3keSKLN 2eMLPO 3inTJHL 5eUNJN 3tsMMMO 2iQQIN 2onSJMN 2yOQJL
3sqlUNNO 1nameINNN 1ofNRQO 2urSKRQ 1pandasVLNO 3ulOQQO 2lanKNNO 2onLLNO 3rQRIP 3urquoiORJP 2rintTMNO 3oveMWLT
2ythonTQLO 1quLMPO 3andONIN 3eQJOL 4lQHPN 5leSOKM 5sNOKO 3iLNMN 4enKMMN 1rSJNO 2ecommendKOMO 3dactaLONO 4igeLNNO
3gexWMNO 3sumeLOLO 3writeNMMO 1samNNSO 2chreibSMLO 3riviOJNO 2eJSJO 3itOJTO 3tTLKO 2hePLTO 3ouldQNKO 4wURMR
2iPORQ 2ortMMTO 2plitNVNO 2qlTNNO 2ummariseLNNO 1tellLONO 2heNOQO 4reQKNO 3reeIRUQ 2ranslatePLMN 3oisMOTO
2urnRKIN 2woNPMO 1unJTNQ 3definedTNNO 3eQKPO 3ityWMMO 1wannMLLO 3rumRNNO 3sRMNO 2eRQNO 3lcheKOKL 7rNLNO 3nnOKUP
3rNKLM 2hatOMLN 3ereLNLQ 3ichKJQO 4leTLOO 3oLJMO 3yOLNO 2ieQRFM 3rMKNO 2ouldMNVO 2riteROJK 1xNUNQ 1youQIRN
4rKNQO 1вQKNO 1докажиMVLO 1еслиRKQO 1какSGON 4аяTLKO 4иеMKSO 4ойUKLO 2тоMLKM 2урьерLNNO 1можноMNKO 1напишиSKKN
1переведиPTLO 2ослеSLMO 3чемуQRIO 1сLLWO 2колькоLOJM 1уLKTO 1чемTLMO 2тоPNLO 0a_aYIMO 2bQNLU 3ankVNMO 3ikeOJNO
4rthdayOLTO 2cMLYQ 3lassUOOO 2dNKXQ 3ataKOMO 4yKSPO 2eTKOO 2fileTMOO 4rstLONO 3olderSNOO 3unctionSQKO 2goodOKNM
2hLMTO 2isNJQO 2jobKPMO 2kNIWO 3gNIOO 3mOTLO 2laIMWO 4sGPQN 3istOLKG 3osMUKO 4tNLMO 2memberKNUO 3inuteMMMO
3onLONO 5thJRQO 2nameNNKO 3ewLOPO 2poemKOOO 4liteMOLO 3ythonKOOO 2queLSOO 5ryUMOO 4oiNLQO 2redLNSO 3owKURS
2secondSKMO 3hortMMMO 3mallRNLO 3tringQLMO 2tLJSO 3ableLONO 3eamWNOO 3hirdRRJO 3itleLMNO 3woMNOO 2unMOOO 4eMNMO
2weddingKMNO 4ekLSPO 2yearJUPO 1bKTOP 2endOOJO 3rMJXP 2geb-MKSO 2outELJH 5_aLNNM 6theKMRO 3veOQTO 2str-TRJO
1cces-TKOO 3ou-PQJO 2htKOVO 2ros-ONVQ 5sNMVQ 2tio-VNLO 3ua-TNIP 1dKNOO 2_forJOOO 2aJJTO 2dVTHO 3_aQKPO 3in-STGO
4t-RSLO 3re-UNMO 2jec-KPLO 5tivesJONO 2ult-MPKO 2vic-OJMO 1ffic-VJLO 5heSJKO 2terXQHQ 5_daysLOLO 6iROPO 6theQLNO
1gainOKLQ 5-ONMO 5stRKMO 2ePSJO 2oRITO 2ree-KKRO 1iLLNM 2rpo-NKMO 1jouteKLSO 1lOPOO 2geb-JVJO 5raKNMO 2lUNTM
3_dayKMOO 4functionsIWNO 4myJMSO 4theQKTO 3eTIRO 4r-NLOO 5gic_toONKO 2ongJNMO 5_theNOLO 3rsNLQO 2pha-GMUO
2qui-MRMO 2rea-UHQP 2sNMUO 3oMRQO 2tKSJO 3ho-PLSO 5ughSMNO 8_theTNOO 3oNNSO 2way-OKOO 5sMNRO 1mIUOM 2eri-MMNO
2igo-MRIO 5sMNLO 2oun-VOKQ 1nNMOL 2_appJOOO 4rraySQLO 3examplePMLO 3hourLJXO 2aIURP 3ly-NJNN 5seMLPO 2dNQSU
3_aMLVP 4howSJRP 4iLMNP 5tMMSO 4nobodyMOLO 6tLONO 4oneNNTO 6lyLPTO 4showSKRO 4takesLLWO 5heMNTP 7nLROO 4whatOQJO
6oOIPO 6yLMOO 3er-PQRP 3ro-[JJO 5idWOMO 2gla-MMNO 5isNNLO 4eLSMO 2ima-RITO 2nNJVO 3aLRSQ 3eLOTO 3ou-JNQO 2osJUIN
3th-KSPO 5erKSRO 2sJSJN 3we-JNSM 2tesNKRO 3wo-NOSO 2yJHQI 3on-LKPO 5eNOLO 3th-RHOO 5ingOLKO 1paRJPO 2iaIEO
2olo-OGPO 2pSMGN 3en-WKLO 3leEQUN 4i-ULMO 3ro-MMNO 2resSMTP 3ilQKWO 1rchi-WLLN 2dui-^IJQ 5noWNMQ 2eLSOL
3_theMMJN 3aLWON 2gum-KKRQ 5entKMSO 8sMLNO 2ist-NOUO 2oun-SNNO 5dPRPO 2ray^JHM 3eg-VJKN 3iv-IOSO 5eIPRO 6sJOOO
2tic-NJKN 5leMOJN 1sNXOP 2_oldOTKO 3theROJO 2kNLQO 3in-HSIO 5gJOKO 2sum-KVOO 1tGZMS 2_aNPTU 4nJMRO 3forOTNO
3leastNSMO 3mostUKOO 3pmOKLO 3theJQPQ 5isKONO 3workNKNO 2eMMPO 2ten-LHTO 1uFUPM 2chONKO 3unNSNO 2fQNLL 3_demNJQO
6rNJPO 4einenOOIO 2sPNRO 3_demMKSO 3se-MOUO 3tr-JKMN 2toQSQO 4m-ZKMP 2xOSJO 1vantKLTO 2ecPNRQ 4_desPMLO 3ra-PSMO
5ge_ofQJTO 2oidWGNO 1yerKLOO 0b_aNIWL 2bTKOO 2cMSOU 1aPLNO 2ckVRDN 4e-MJWO 5rMPVO 4u-]KKO 2dTHPS 3geLNUO 2gKNXM
2jaOSKO 2kerPJQO 2lan-SKOO 3lKNOO 2ndHQNO 3kTITN 2rQOKO 3ri-JTNO 2seXSJQ 3hVKNO 3ke-IPOO 2tte-MILO 1eINZS
2_trueOORO 2beNJPO 2cau-MNUR 3om-PJSO 2dOISO 3eu-RMKO 5tetRMKO 3ro-NHOO 5omOKNO 2enHLVL 2for-WKOU 5eQONO
6_theOKTO 2gru-OTIO 2hin-OOLO 5dLNQO 6_theOOIO 2iRLLN 3de-KUUO 3mYIIO 3ngNOSO 3sp-UNNO 2kom-KNON 5meOQKO
7_ichNNKN 2lie-QMKO 3on-LPVO 5gNOTO 4wRJOO 2nJVRQ 2rli-OKMO 2sch-LRLO 3serSNKO 3tQGOL 4e-PILN 2tte-JGQN 5rJHUN
3we-SLPO 5enRKMO 7_aPMMO 8theJSLO 2wei-IYIQ 4r-LNLO 1iQSJO 2gUNQO 3ge-KUOO 2keMKOO 2llPLOO 4e-MNLO 2nMKRO
3ar-PVNO 5yMVOO 2rQLNO 3dNLWO 3th-NLTO 2sLO[O 2tteMIMN 1lackJPQO 3nc-RMRO 2eib-RQMO 5tOQPO 2ockVKNO 2ueERSO
1oKOXR 2ardQJRO 2bQHXQ 2dyVLKO 2nNETO 2okJUNO 4sMOSO 2rde-LMMO 3nMLUO 4_inLMVO 3ro-TOOO 2ssKMPO 2t[NKQ 3hOTQS
3tl-LTNO 4o-SOMO 5mRQNO 2ucl-VKIO 5eRKMO 3gh-GQOO 5tOMNO 2xJNTN 3esMMUO 1ranc-UKMO 5hQLLO 4d-MJOO 3uc-QTLO
5hePLNO 2eadKNPO 4kNPKO 5-KOMN 5fastNNLO 4t-IHON 2idg-JLUO 5eNKQO 3ngKLQN 5_itMOKO 3ti-GPPO 2okeKPPO 5-LSNO
5nLTKP 3th-GOXM 5erNQRO 3ws-RJKO 5erLLNO 1uQOPO 2cketUNOO 2dge-QHJN 5tLIMN 2g]HJN 2ild^IJR 5-WJJN 2lbKKRO
3le-MMNO 5tKKPO 2rnLNTO 2sJUOO 2tMRVP 3_iJPLN 4notSNQO 4theOLSO 3te-MOLO 5rOKNO 4o-VMMO 2yINQN 1yTTHN 2_mMUOO
3theOOSO 0c_aPMSO 2dNPRO 2estPLLO 1aNNLO 2che^LLQ 2daZPNP 2feJOLN 2keNLQO 2lcu-PUIQ 3en-NKOO 3lRIMO 4backSOOO
4e-OITM 4sKMQO 2mar-JMTO 3bi-SJSP 3eERRQ 4r-HLXP 5aHNTO 2nP?YL 3_beMOTO 4iRMFK 4tRHSP 4weLOTO 3ad-OFRO 3ce-NLMO
3dl-MTRO 5eNOUO 3eMIVO 3no-XHSR 5tWNNQ 2pit-TKKN 2rEUUO 3dMIPN 3ef-JQMO 3pe-QMTO 3ri-JNRO 4yJLSO 3taJLYO 4e-NPTO
2saHSRO 3eZIOQ 2tJKXP 3sLOKO 2usaPLSO 5-MGWO 4eQIWO 5-NFYP 1eRHPM 2_quiQNUP 2ili-NJNO 2llUHRO 2ntQ[KO 4e-TNNO
4r-ROJO 2rta-KNUO 4i-VMJO 2tONLO 3teVLOP 1hacu-OQRO 5nNTNO 3irKKXO 5sKTNO 3le-HNPO 3nc-JYMO 5eLVKO 4g-VIPP
5eQLQO 6_theSOMO 6sTNOO 3qu-VKQO 5eTMPO 3ra-YIKP 4g-MNKO 5edLMNO 3tINVO 3uf-LMQO 2eOPIO 3ap-OTLO 3ck[KEK 5-SJNO
3rc-MLTO 3ssPOJO 2ick-NJRO 5enMIRO 3enJJYP 3ld-NLNM 5renNIPM 2oic-HSOO 4rNPKO 3rdJPNO 2ris-OKSO 2urc-OPJO 1iZLKP
2rcl-NXKO 5eRRNO 2taPJNO 3ie-TKNO 3yTJPN 1lassTONN 5-LPNO 5eLNRO 5ifyJRMO 3us-KKWR 5eLMSO 2eanQOJO 5-PLKO 3oMNUO
2ickXJOO 3en-VJPP 5tKNOO 6sTNOO 2ockMWOP 3seLOPO 5-PNSN 5_theLOLO 5dMLQO 6_fromOOIO 5sPMTO 4u-YLMO 3udMOLO
2ubKMNO 1mP^HS 1oQNKO 2cheJPQO 3inaNOSO 2debCHN 4_forRMKO 3ig-ZLGO 2ffe-LEPN 5eNKRO 2inNPSO 4sNHVP 2ldPBWO
3isMNKO 3la-VJOO 4e-MONO 5agueLONO 5ctedMNLO 3on-TNMO 4rOOTO 4u-NMSO 3um-[JLP 5nVLNP 6sULMO 2mOQNO 3bi-LXJO
5enMWHP 7_dMSLO 9eMVJO 3eJKSP 4sOMXM 5_toPRKO 3in-OMLO 3ma-]EKP 4e-RGQP 5ntQJQP 7_faireSLRO 4i-YKKN 5tWOLP
4u-NQGO 3oPFUO 3pa-KLOQ 5nyOLLO 5rePLLO 7_theNLNO 4e-MLPO 4i-SMJO 5lerSOOO 4l-SNNQ 5aintLMNO 4o-UOLQ 4r-JIVM
5aLONO 4teQOKO 4u-OQKO 5tePTMO 7_theOVMO 2nOMSO 3_elLKUO 3cl-KNTN 5udeNNSO 3du-JNRO 3fi-RNMO 4l-NIPO 5ictOMLO
3ge-NHNN 3ne-SOLO 3se-KRNO 4o-XQIP 5leTOLO 4tYJLO 5-SLGP 4u-XMKO 5ltaXNLP 3ta-WJOK 5inerVLNO 7sTMNO 4e-WNMP
4i-PSMN 5nuousJUOO 4r-SHQQ 5actMNMO 6dictionLNVO 3ve-RUKT 5rtOTNS 2okMLQO 4i-IMNI 3lRHSO 2pyWIOO 2rre-LIQO
5ctNLIN 5oLONO 4i-ROKO 2sNWKO 3tOWFP 4sMYIP 2teOPRO 2uldFI^P 3nc-MMKM 5ilOMHM 4tXKIO 5-NKJN 5ryLNNO 3pl-KLQO
3rs-JRLN 5eLJPO 3si-KN[P 1puWKJO 1rash-WMJO 2eamQRHO 4t-VKNN 2imeMLSO 3ti-LOLO 2onYNIO 3ssKUTO 1sWMOO 2sbHIM
2vYLMQ 1ualKNVO 4_esMRKO 3nd-OLRO 5oIOSO 4t-MYHP 5oLSLO 6_tardaNNLO 6sLTNO 2ent-OQIN 5aMRJO 2isi-MNUO 2ltu-PJNO
2mpl-NJTO 2pGMWO 2rlVNMO 3re-SOJO 5ntTNMO 2sto-YKIO 5merPMKO 8sZMLP 2tMORO 1yKOXO 2cleXMKO 4i-OTLO 0d_unOTLO
1aLNPP 2dIKSO 2nPKUO 3ci-MQJO 3ge-KJOO 3nLQRO 3sQPMQ 4_laLLSO 6eKTPO 5quelOKOO 2rfJLQN 3kSMJO 2sSKPN 2taaHEL
4b-]JJO 5aseUMMO 3e`>LQ 4iVKMO 5-YKLO 4sWJLO 3osVLIO 3umXKMO 2ugh-KKVN 5terKOQO 2yFZNN 3_andLTKO 4whenMVMO
3sMNRP 1dOKUO 1eHXJL 2_aRLRO 3cmNSLO 3deuxIYNO 4osJTRO 3lMLSO 4aNKPN 4osLOVO 3monJRMO 3queKMMO 3tempsNMNO
3unRSJO 2adULMO 4l-RJMO 5ockQINO 2cid-JKTO 5eKMSO 4m-NZKQ 2duc-KPYP 2fZKNP 3au-ZKMO 5ltUOMO 3in-LMLO 2gre-KROO
5esKQPO 2jaPIRO 2lHPPM 3et-XGKO 5eVIMP 6dJOOO 3iv-IONP 5eryLOKO 2mQKQP 3ai-NNUO 4n-KJVO 3on-MVMO 5treMUMO
3ue-NUNO 5straMUNO 9_queLVMO 2nLMSP 3ie-VKQO 5dTOOO 3ti-FLUN 2pen-XLQM 3lo-XMLO 3os-TQMO 5itUNOO 3ui-RGPN 5sNKPN
2rRISR 3_unterschiedTNIO 3iv-KTLO 3ni-UJNO 5erTLMO 2sRLOR 3cr-PION 5ibeOMLO 8_theMOMO 3deRIMO 3ig-[GLR 5nWJNR
6_aUKOO 3kHQRO 3pi-LLNO 4u-TKSP 5esTLSP 7_deWKPO 2ter-KSQO 2uxLSRP 4_foisUJMO 2vTNLO 3el-UNKK 3ia-NTOO 3ue-TMLO
1iJSON 2aLGRN 3go-LXMO 3sMLSO 2cePJQO 4_queOIRO 2dDLWO 3_itOMSO 4theNLLO 2e_summeOTKO 3dOPIO 3sULPO 4e-KPTO
5rNNTO 3zTRLO 2fer-TLJO 5enciaTLKO 3fe-RNLN 5renceTIJN 9e_betweenUJJN 9e_entreSNJO 2gitOUKO 5-UPMO 3oLOJO
2mancheKMPO 2nne-IPMO 2rLNJN 3eKKPN 4c-SJNP 2sco-KOMO 4u-KLOO 3pl-ZLJO 3ta-JXOO 5nceLUMO 4r-XNJQ 2tOKWP 2v]KKP
3id-KULP 5eJTMO 2xTTHO 1oSMHL 2_iPOMJ 3peopleJLTO 3theMSNO 3weTKLO 4hatONVO 3youJKUP 2cke-YLMQ 5rWLMQ 3to-LNLP
5rOOJO 3um-YJMN 2esOPOM 4_aNHNM 5heOVKO 5itKPML 5notQMSO 5thatOOSO 7eNJRR 7isTMOO 4nPLOO 5_tOLPO 2gIKWP 2itRKQO
2lla-QTIO 2mainKSMO 3in-KMLO 2nQNHO 3_tKMOO 3at-NNJO 3cMNVO 3deNKRO 3eTOMO 3nePNIO 5-TKOO 5esQKLO 2orJMUQ 4sLMSO
2ppe-XOJQ 5ltQQJO 7eVNPP 2rmi-LHMN 2sOVNQ 3_vecesTKMO 3si-UMNO 2ubl-VTKQ 5eTQMP 2wnOTIM 4_toONKO 1raftLKMP
5_aLNNO 3wTNQO 4_aSLSO 4e-MNTO 5rMNUO 4i-KTNO 2eiKPRQ 2inkNMLO 3ve-MKTP 4i-KPNO 2oit-NMTO 3pLPTO 4p-JRRO 1uEPQM
2eMRNO 2pli-WKOM 2raLPKO 3chKUOO 3ingTOMO 1xMTNO 0e_aKNMO 2xJVNQ 1achROUQ 4_ofOJUO 6therTOKO 2ddr-ZNKQ
5inuseZNKQ 2rli-MNVO 4yKOSO 3nIWOO 2tGPRN 1crisQMLO 5_uneROLO 1dadKSLO 2itTLKO 1ggsLQLO 1igen-SQLO 5valuesNTNO
2nSOLP 3ePOQQ 4mPJNN 4nPIRN 4rPQNO 4sLTOO 3ma-OOSO 5lPMTO 2the-ONTR 5rNOSO 1lSIOO 2_deLPSO 3perroNNTO
3ultimoROKO 2ect-MLNP 3me-UNOM 5ntTONO 2leNJWQ 2seSGQP 1mQRJO 2ailOJLO 2ptyYKKO 1nTMIL 2_casaMJUO 3elKLWO
3javaVMNP 3laLMRO 3pythonUNOO 3queLKPO 3unaJOQO 2dSLMM 3in-QJMO 3po-VMMO 5intTONO 2fan-MLPO 5tLMMO 6_deOLNO
2gin-NMMO 5eerLMOO 3li-IKMM 5shNNKO 2joyILPO 2lev-QNJO 2oug-TPLO 2tie-RSKO 3reSOKO 5-RKOO 4yWMHO 3wi-UMKO
5rfUNJO 1piso-PJMO 1qualM[NL 4t-I[LM 5ionMTMO 3ip-MLMO 1rQOOO 2kla-OLOO 2reu-TNQO 5rSNPO 3orVIOO 2stRSMO 4eSNLO
5nKQNO 1s@WVQ 2_laRNKO 2cre-LMKN 4i-PKON 5beSMLN 7_unLNNO 2pan-MJQO 2tFWRP 3_aMQSO 5uORPO 4ceILVP 4ilJRLN 4lMQSO
5aMPPO 4pasTMPO 5lusNOTO 3aNOQO 4_enPLTO 4b-LNVO 4d-PJLN 3eWKHO 1tLQTR 2_deMOKO 3ilOLLO 3unPTKO 2aitJOXP 2eJMRN
3in-MNLO 2reMNTO 1uIMTN 2roLUIL 4p-MNKN 4sIRLL 1vaOKWP 3lu-OQIO 5ateLQLO 2eNMUO 3nMRLO 4tWJPO 3rVMKO 4yZPMR
5-QJQR 5oneMNSO 5thingSMNO 9g_isVOJO 5whereNOJO 1xMNLO 2act-UOOQ 3mMLMO 4p-WLMK 5leSLNO 2cel^IKR 4ptionKONO
3ha-OJNO 2emp-WLMO 5leUMNO 2ist-SONO 3tYLLO 2pec-XRJR 5tedTRJQ 4r-POKO 3la-LHTO 5inRKNO 7_theRMLO 9oJONO 7sLOUO
4i-PKMO 3or-UILO 2traJRMO 5-LOMO 0f_fOPRO 2sPNTO 2xJWNK 1aceLKUO 3tKOMO 4o-MXNM 4u-NILN 2hrtHSPO 2ilVMQO 4sWMNO
4u-ULOO 3rKHOO 4eXENN 3tONLO 2llQMKO 4tMIWO 3sc-OLVP 5hONTO 4eUJWM 3taKNOO 2mil-HNPN 5yMPKO 2rJPPO 2stSPHO
2the-KIWO 5r_isOOSO 2utSNOO 4_ilTKKO 1ebru-PKLO 2chaYNLP 2elMMLO 4i-JRMO 3tGWMO 2lic-JNPO 3lLMVP 2stNJKN
2tchTNOO 2wQQQO 1ichi-[LLP 2fthMXMO 2lasUOMO 3eeCHO 4s^HLO 3leKHUN 3msMLMO 3sKOMO 3te-WFON 2nalMSIO 3dKRVR
4_outQLTO 5theOPRP 4eNLXP 5-SMOO 5_ichPNTO 3eWIIO 3iNXIP 4s-QRNO 5hLVMO 4teLTMO 2reOLSO 3stTQNR 2shLIVO 2tJMXP
3_inNGRO 2veKUQR 2xUMKO 3edIQNO 1lagXMMO 3tKPLO 2igh-OJOO 2oatWMJO 5-VMJO 3orOLSO 3urLVOO 2ussMKTO 3teJKYP
2yLOLO 3in-OLIO 1oiHTQO 3sRNLO 2lde-VONP 5rUOOP 3lo-JMXS 5wTONO 6ingHOPO 2nct-QPJO 2o]JIO 3dJOOO 2rTPAN 3_aQLOO
5nOGVQ 6dLVNO 4iUKOO 5tULOO 4myOMMO 4ourKONO 4theNQLP 3ev-VQJO 3ge-TGIO 4otJOOO 3mXNLN 4a-QNKO 4e-QTKO 4u-[LGQ
5laireVMLO 7rioWNMO 6iereMLOO 3tyOPIO 2urIXOU 4_peopleOJTO 2xLNWO 1ract-OWKO 5ionKTMO 3geKPUO 3nc-RMKO 3seMJWO
2enc-OOJO 3un-JSKN 2ida-MLPO 5yKLRO 4geMKQO 3en-MWFO 5dsOVJP 2omRMKP 4_aQRNO 5theMQTP 3ntRIUP 2uitKITO 1ueJQVO
2llL]HP 2nUKJO 3ci-QOJO 5onaKNNO 4t-RWII 5ionPQMO 8_ofKKOO 8sISTO 3damentalLTOO 3fLRIO 3kt-QPKO 5ionPRLO 3nyOLMO
2rPLLM 3_dieKLMO 4einePJLN 0gameVKNO 2pMMXO 2rde-GTQM 5nNQRO 2sHNQM 2tePNJN 3oKOQO 4sLNNO 2uch-PKSO 1bJUPO
1ebur-LLLO 2genLMNO 5-IRMO 2henUKKO 3tNRPO 2ldMRJO 2ner-RNIO 2org-QKPO 2rad-MMNO 3ma-KONO 2sch-JLUP 3ternLONO
2tTHPQ 3sRNSO 3ti-JNNO 5ngKMOO 1ibtTHOO 4_esNLOO 2ftJLPO 2rlsOSOO 2t]LLO 2veSMKR 4_aOSNO 5meRKNM 4nRLQO 5_aUNLO
6thatMPTO 8eNNMO 4sSNIN 1lassGPVO 2eic-PNTO 1oTMJP 2esJULP 2ingNPLO 2ldINTO 3fP@PN 2neTLRP 2odMLGK 3gl-SMMO
2tERRM 2ver-JNRO 1rainGTUO 3msLWMO 3ndKMPO 5-QLVO 5eNPTP 6_queMNTO 2eatPMIN 3enLLVP 2idWINO 2ossOULP 5-SNPO
5_istNUMO 5erPROO 3upNQTP 5_ofNTMO 1uard-TLPO 2estKRQO 5-KLTP 5sJOSP 2ideMLLO 3ta-LNSO 2tNSLO 1ymOKNO 0h_etONTO
1aJNTP 2bPJSO 3eKKSO 4nJMYP 3it-LHUM 2ceQKOO 2dGRVO 2goQION 2irc-NLNO 2lbKWJO 3fO[KS 4_ofTNMO 4t-OZKO 3lMLRO
4aLVPO 3tQJNO 2ndTIZP 4l-SJPO 4sLSQO 5-KQSO 3gQJLO 2ppe-LIXQ 5nedLKTP 2rdLMNO 4_toMOKO 3ro-OOJO 2sIPWM 3_aIMQP
3hVINO 3taNMXO 2t<VXN 3_dasKNRO 5ieKPNO 3teKMSO 2veHG^O 4_aNKTO 5toNLSO 2yKUSP 2zMKTO 1eITQN 2_wasONTO 2adTIOO
4e-TKOO 3lt-QJOO 3rMJTO 4tTMKO 2iss-JMTO 2lloSOMO 3pMOKN 4sONKO 2rFQXM 3eQHOQ 3ma-KNXO 2tMONO 2ure-MLNO 5sNLMO
3teJKON 1ierPJQO 2ghUQJP 4e-TMQO 2jaLKMO 3oKKYO 2llsLMLO 2mGNOR 2nei-PNSO 2sKKSP 3to-RKIM 5ry_ofLMOO 1oleLLPO
3id-GQNO 2mbr-MMWO 5eLMVO 3eHRQP 4w-UNOO 3mePLVO 2peKTPO 2rasMOLO 2stOKNO 2tMKWO 3elRFNP 5-PKNO 2urGQUM 4sLQNO
3seJOPO 5-LNSO 2wOVFO 3_canWKOP 4didKOLO 5oRHNO 6esMMNO 4longKQMN 4manyKTNP 5uchJQMN 4oftenWMLO 5ldNRKO 4toVJLQ
4wouldRNRO 1tml`DKP 2tpbQCQ 4sYMMM 1umanPJTO 2ndKHRO 4r-LSRO 2rtMIPO 2sba-KMNO 1ypot-LRTK 0i_boughtJOOO
3ringMOKO 2canMIOO 2doOOJO 2earnOTJO 2findRLQO 2getIOQN 2haveNOMO 2lookVNMO 2mPLOO 2needMTKN 4verHNRO 2sayNOIN
3eeSLQO 3tillLNNO 2takeNOKO 3ellKNOO 2useQLLO 2wasMSKO 1ceIGVN 3la-REON 5ndOKKO 2hTFLI 3_braucheLMOO 4furKTQO
4inWLNQ 2inQOJO 1d[KLP 2aLOSO 2eaKQNO 4sILMM 5_forLNNO 1fVVPM 2_allLLUO 3iLSKO 4tMLPO 3theQQPN 3weLNTO 3xTLOO
3youNLVO 1gnor-[KKP 1hmIPMO 1lLNQM 2eKYLP 2sHSVO 1mKNOL 2ageSOPO 2merNJSP 2ple-^HJQ 5mentRMNO 3or-VKKN 5tWLNO
1nUNJQ 2_aMRRL 4nNLOO 3cUNNO 3denPIQO 5rPKSO 3einemRKRO 3fourOUJO 3goVLOP 3japanKOMO 5vaSMNO 3leedsIOOO
3minutesNUMO 4yOMRO 3oneTMKO 4urVMNO 3pythonTMOO 3springMOLO 3theIMVO 5isLKSO 5reeLNOO 3whichSJNR 2chIVOO
4e-JYNO 2dex[MLS 3ic-TMPO 2fin-LTMO 3la-LNLO 5tionLNMO 3or-NHJM 2gle-IMPN 3re-WPMO 2jec-ZKKO 2put[GIM 2sid-XNLO
3ta-QLMO 4e-YOGR 5adRQKO 7_ofSPMO 4r-LKRO 3ur-NKNO 2tXINO 3_intUIOO 3eg-MXJQ 4r-QOKN 5estLWKP 5netNMMO 5valKUOO
6iewLNNO 3oXHLM 4_aKMTN 3ru-MMVO 2val-YPJP 3en-ILMN 5tedKOMO 4s-JRNO 3it-JMRO 3oi-KMMM 5ceLMNO 1padIMLN
2hon-JLOO 1ronMIPP 1sEWUP 2_aRKOR 4tONTO 3falseONSO 4orOWKO 3goneSKQO 3inNIQP 4tMOMM 3leftNSNO 3myRKTO 3noJSRO
5tTPNS 3offOQQO 4nOLSO 3thatKMPN 5eQLPN 5isQKPO 4oLKWO 5oLKOO 3wrongLNSO 2lan-RFQO 2nLLSO 3_tKNTO 2sue-HNQO
2tESVR 3_dasLSOO 5erSLLO 5ieLOUO 4einRLOO 5rOTKO 5sOKKO 1tSPMR 2_costNRKO 3intoNNTO 4sTLNP 3rainsLOLO 3sRPPO
3wasNMJO 4hatJMTO 4ithJLRO 4orthMMNO 2ali-KLON 2emsTIQO 3ra-[JKO 2sGYJO 0j_aiKMPO 1amLIMO 3ai-PMUP 5sNNSO
3esLOVO 2nQFTO 2panLGMO 3onOILN 2vaeGGR 4s-[GJN 5criptRJNO 1eRHPN 2deTQNO 2man-ONUO 2stKTPO 1imMNVO 1oKRRO
2bMNQO 3sKPKO 2hnTLQO 2inUMPO 2urRJOO 4sSLNO 1pgUNLO 1s[JOP 2onWKNP 1udgeLKUO 2lyNLPO 2neMJQN 2squOMVP 3tLJMO
4i-UITS 0k_andOPIO 1aiLNSO 2mMMNO 2nnLOTP 4_ichQPKO 2rlHQQO 1eLPOO 2epYHLO 4sPLNO 2inNJXO 4e-NOUO 2yLHXN 3sQIVO
1gHKOK 1idsKNNN 2lom-JZNO 2mKM[Q 2ndNIMN 4e-NHOM 5rOIOO 6nNNLO 3gLNMO 2taSKMO 3ch-JNTQ 5enMORO 1lass-ROIN 5eRNMO
2ein-UJLO 1mEdCQ 2_hMYJQ 1nowIPTP 4sLMTO 1omme-KJSN 5nKKSO 4tIRRO 2ste-MYIO 1undi-LLSO 5gungNLNO 0l_mOKVO 1aRJPN
2_cleLNNO 3differenceOMLO 3llaveKOPO 3mitadNULO 2belNLKO 2iss-LHTN 5eMIUO 2mpKKYO 4eMMVP 2nceTPMO 3dSHOO 4l-MKQO
3gNTLO 4eNQKO 4u-TIMN 2ptopPMSO 2rge-NVMP 5rNULO 2sTGSO 3_yNSRO 3tZJJS 2teNMOO 4rMNNO 2uftWNKP 2wKGSP 1eRMMM
2_plusNKRO 2aLMRO 3de-QKMO 3fLIYO 3rnLIOO 3stMMVP 3veTIOR 5-NKTO 5s_atLRKO 2dRKNO 2eNKQO 3dsJNOO 3rWJNO 2ftKSTO
4_ofMPTO 5whereOLLO 2gNMLO 3alLIOP 2naMOTO 3gt-WNIO 5hTMKO 2oTKUO 2sSFRP 3_deuxOLVO 2tYOHS 3te-HJ[R 5rKLWS
6s_andOOJO 4r-HQYP 5eMNUO 2uteJLTO 1ibra-XKMM 5ryULNO 2cen-NLKO 3htKMPO 2efe-POKO 3ge-TPNO 5nRNQO 4tPMSO
2ghtHRQQ 5-JJUP 5_isOMSO 5erMKUO 5sLKQN 3neYLKP 5-VMMO 2keLBPM 4_toOOKO 4l-HSYM 5yONTO 2mitWLIO 2neXJHP 4aWMKO
5-TNLO 4sWGHP 5_ofVMLO 3uxXGLN 2saMOTO 3bo-OJKN 5nMMMO 3t^?MI 4_ofQLLO 4a^HKO 4e^HKP 5-TJTO 4s[FNM 2terLULO
5-MLMO 3reLOTO 5-LTRQ 5sNRPO 3tl-TMOO 2vePLKN 4_inOJNO 4sGQOO 1laveKOTO 2egoJMRO 2ovi-MOTO 1nLVMO 2_xMTNO 1oLOQO
2ad[KLP 2calWMGN 5-WMMO 3kXLOQ 2gUSIR 3_xIVOO 3icQLIN 5-OMKO 4nSNNO 2hntMMNO 5_sichMMLO 2ngMOMQ 4e-HLTL 5rKMQO
2okWNKO 4i-NOSO 3pYLHO 2sPKSQ 3_dosLRSO 3esQOQO 3sXOIO 3tKMSO 4_myKOOO 2tNRIL 2uMLUO 3isMKWO 2veHUPO 2wOOHN
3erTLNO 2yerLRRO 1uckIURO 2egoNUQP 2gtNMTO 2iHMQO 3sNQSO 2nchIRPO 3diLMSO 2zKLPO 1yonLILN 0m_mKUPO 1aMYHN
2_filleLLRO 2cheRNKO 5_ichQOJO 4i-SJLN 5neMOMO 4tPOKO 2deMNOO 3ri-PLLO 2gMTHO 3icNVHO 2iTKLO 3lPLOO 3nSPUN
3sKNYP 2keWCMM 4_aGKSN 5theVNNO 4sQKMO 2lHOQN 3ePKWO 2nSKOO 3_inLMKO 3an-HMPN 5aKMOO 3yE^OO 4_areOSLO 5waysOUKO
2pXHRO 2rchLKRO 5eLMOO 3diNNTO 3ia-JMNO 3kTMQO 4e-MJPP 5tLMLO 3ri-LMQO 3sPLUO 3te-NNTO 5sNOTO 2sOPTP 2tchQHVR
5-UJOO 3hsKMKM 3ri-SPNO 2xRKUO 3im-ROQO 2yINWR 3orOLLO 1bXLMO 1eSJEJ 2_theNKOO 4oJNOO 2anRBKL 4_andQRNO 3su-RNSO
5reTJUO 2diaIVLO 5nNUNO 4c-MKTO 2etLMRO 4i-NHQN 5ngMKRO 7sSKNO 2hrLNUO 2inSJJL 4_sohnMMMO 4eTHFM 5-JRMM 5sMSKO
2ltedONUO 2mbe-NJTO 3or-WOJO 5yUNMO 2nTKKO 3osNIVO 3sa-QKLO 3uVHKP 2reLKXO 3geZINP 2sONMO 3sa-SKKN 5geRMLO
7sTNNO 2tLLSO 3alJNTO 3ho-UPNO 3re-KTOO 4i-RRKO 3sMKNO 3treNKOO 2uSNIO 1iSLGL 2_hijaONKO 6oLMLO 2aNKRO 2chIMRO
3ro-PMTO 2ddl-SOPO 2ent-OMTO 3teLUNO 2ghtMMTO 2leIYMO 4sFeIK 3kCPQN 3li-SRKO 5onVOLO 2nim-QOQO 4s-MLMO 3ut-POPO
5eRPJP 6nLMPO 6sKPTR 2oSOHO 2rPJJN 2sOLPO 3eTMKO 4_aRNLO 3si-TLRO 3ta-MKQO 2tRKOQ 3adNYLO 1lOUMO 1mOLTO 2_ddOKUO
1oPPKO 2bil-TKMO 2delVNMO 5-SJMO 3if-WLKO 3ul-[KLM 5eTOMO 2iMLJN 3nsLNTO 3sRION 2men-LLNO 2nTLCL 3_filsNMMO
3da-LLVO 5yLLUO 3eyNUMO 3ta-OJTO 5gRKRO 4h[GKQ 5-QLQO 5lyNVNO 7_paymentNUNO 5sMMPO 4r-LTJO 2onOLSO 2reMOXQ
4_thanSKPO 3ge-LLTO 3ni-KNRO 2stPNVL 4_likelyONSO 2tLQTO 3he-KLQO 5rMLPO 2untUGOO 3thOIVO 2veUGNO 4dMJQN
3in-SNKO 1rsMPKO 1uchIYMK 4_doesMKOO 2lti-UNMO 2mGOQO 2seu-MIRO 5mLOTO 3icIPSO 5-JKTO 3sLEWN 4_ichLJNN 3tKL[Q
4_beMLVO 1yWI?C 2_carMUMO 3invoiceMLNO 3phoneIRNO 3sisterNSOO 4onMMKO 2sqlYMKQ 0n_aULPO 2estTOMO 2nPTMS 1aJQJN
2chSLOP 4_demTLTO 4t-LKOO 2meZBIM 4dVHNO 4sUFMO 2nWIOP 2oTGRO 2pol-NJZQ 5eonLMYQ 2ssOMTO 2tio-MMLO 1eOCUO
2arKMRO 2edNQOO 4_aQPKO 6tOKOO 5forNSOO 4sKLVR 5_aMMSO 2gat-OKPO 2hmenLNNO 2ighboursQQPO 2two-OKOO 2uSJPO
2verSGMO 2wOFRN 3sRIMO 2xtIM[U 1iceMHQN 3htOFVP 5-UMKO 5sTMLO 2eSJVP 3ma-RMRO 5ndSMPO 2ghtIONO 5sKSMO 2neLWOP
3gu-NOSO 3osKJPN 1oQHXS 2_loJOQO 2bod-PKSO 5yPLQO 2chOIIN 2deYIPP 2iseOJRO 2mTJLO 3br-UPKO 2nWIPR 3eMQSO 2onMOUO
2rma-GMPP 5lLIRO 3thSHWP 5_ofONTO 2tWAXP 3_aTLOO 4liveSOKO 3esOOLO 3hi-SJOO 5ngPKRO 3ic-JKQO 4f-UNNO 2usKMTO
2vemberOLKO 2wQMJR 1uitQKNO 2llp-XMLP 5ointerexceptionXLMP 2mbe-QZBM 5rMSKT 6_ofMVLQ 6sPPJL 3er-QVIO 2ncaUJSP
2rMJYP 0objec-UHRR 4k-VMOO 2woh-TJQO 1ddMSRO 2erMPNO 1fE[HK 2_aLNQO 3isOKOO 4tNLSO 3mNWKO 4yJOUO 3orderNULO
3peopleLVOO 3theNPPO 6mLROO 5isOMLO 5reePMRO 2fHYOM 3_theNMSO 3erMKKO 3ic-IQOO 5eNNNO 2tURLO 3enRMTN 1hneYFUP
1kMQGM 1lafOMTO 2dKOGL 3_asPVKO 3erTQIM 5_thanTNLO 4s-NIRO 1nPQJO 2_aJQON 3enLMSO 3fridayMLLP 3mayOMLO
4ondayLOQO 9sNNTO 4yMNNO 3sundaysOOJO 3theLQRP 4uesdayMOUO 3whichOQRO 2ceVPMP 2eNNXV 3_isLOTO 4ofNSOO 2lin-ONKO
3yWLXP 4_toLNTO 5whenOOSO 2tIUXP 1pPRJO 2enGTPQ 4e-JQQO 4i-JOOO 5ngLMNO 4sMNSO 2ini-LNLO 5onOLIN 2tim-YLKO
4o-MOOO 5nsMLOO 1rPJMH 2_aMOTO 3theSLLO 2ang-JNOO 2den-XIPQ 4rRFSR 5-RLOO 5sSMQO 3ne-UOMO 5rVOLO 3reNQRO
2gan-ONSO 1therNRRP 5-LOUO 5sLOSO 2raPG[P 3oLMVO 1uNGUO 2_estOOSO 2rTGOR 2tTSLQ 3_aTKOO 4ofQKPO 4theNVLO
3li-PGOO 3pu-]HIN 5tXILN 1verOPLO 4_theKPSO 1wnLJZQ 0pabloMMWO 2dreLJYO 2geYGLP 3in-XJMP 5aSKMO 2idNOKO 3nNLUO
4tKTQO 5-LUOO 3rKNVO 2lab-PPRO 5raRQNO 3in-UONO 2nHORO 3da-XNMQ 5sYMNQ 2perJMVO 2rQLPO 3aRKKK 4_oLRJO 5unNLMO
7aOKMO 4g-KKNN 5raphLMLO 3ce-JMSO 5lLMSO 3en-JNRO 5tsLNNO 3isSJNO 3ki-OKMO 3leNLSO 5-LLNO 3tOPKO 4i-RJPQ 4yJOKO
2sOMQO 3aSMLO 3oLOWO 3sXIMQ 4a-OPKO 5geOMKO 4eRJTO 5-QLPO 5dQNSO 4i-KKTO 5ertPKVO 4tMMSO 5_nichtMOVO 4w-XJJN
5ordLNMO 3tNKQO 2tchZKLP 3hYLKO 3ie-RKSO 3ternKNOO 2ulMSUP 2yLQLK 3me-QQLO 5ntRRMO 3sNKQO 1cTHPO 1df[JJP
1earIOVO 2didoLMLO 2nGSQO 3gu-KKWO 3sHVQO 2opl-ETVP 5eLNRP 6_inPIUO 2rP]EO 3ce-OVMO 3mi-SMQO 3oKJXO 3roMKXP
3sonMMRO 6asKRPO 6nesKOOO 2tIKTO 3itPORO 2utLPUO 4_onLQNO 1hilo-OLIO 2oneRLPO 3toGLUO 5-PJNN 5sSKNO 2p`KEM
2ras-LNQO 1iVTGN 2aOLRO 3noLNOO 2ckLOMO 3tureVNMO 2eceINUO 5-TKNO 2nRJNO 2rat-PJOO 2zzaGUON 5sOUJO 1laceNRNO
3nIITR 4_forMLMO 4tGLRN 5-ILTN 5sMNLO 3st-JKOO 3tf-QKMO 3yJLOP 4e-UIOO 4sKONO 2eas-LKKM 5eNMJM 2otYDKO 2usNSNP
4_deSMPO 1mPKJO 1oemIPOO 2intKPUO 5-GSQQ 5sOOJO 2lit-MMLO 5eMNKO 2nJLLN 3eRNJO 2olUJLP 2rMVLQ 3_quePQMO 3t[HHO
4u-LLMN 2serJOQO 3it-LPJQ 5iveMQKO 3si-LLXO 5bleMLVO 4oRGPO 3tNQMO 4eLOUO 4g-XNLQ 5resVMMQ 2und-LVNO 3rOLNL
4_unMMKN 7ePPKO 4q-RPJP 5uoiOPLO 8_leLVMO 2werPTKO 5-TOJO 1ract-WLMO 2efe-KOLO 3mi-KQQO 5erMTOO 3pa-NNHO 5reOKMO
3se-INNN 4i-PNKO 2icePWIQ 3mePTKO 5-QQPO 4oMZMO 3nt`COP 5-QJPO 5erIOLO 3va-ULMO 3xMSKO 2oKTOO 3ba-I[MP 5blyMNTO
4l-GRSP 3ce-]LJK 3du-OWJL 5ctIMNM 3fe-LLPO 4i-NNLO 3gr-VKIL 5ammerKNNO 3je-WLKO 3mi-ULJO 4o-LNNO 3ofKWFO
3pe-UMMO 4i-OLMO 4o-KSPO 5seLLPO 4r-NJTO 3te-OGLN 4o-UKOO 3veNYJX 5_thatMUOS 4i-NJNO 3ze-SULO 5ntNUNO 2ueb-WQIP
5asTLMO 1uMRQO 2bli-WLLN 2doLNXO 2edeQFSO 5_serLMTO 4oKLNM 3rt-VIQP 2isKRQO 4_jeMMLO 2llSSNO 3sa-XMLO 2mpPIPO
2pilsOTJO 2sh]LPP 2tYLLT 3_inKOMO 3sWLLO 2zzl-MMPO 1ytho-]GKH 5nULLI 0quIOWQ 2_estMLSO 3unQRJO 2adr-MVNO 3lINNN
4_eLNNO 3ndVIOQ 5-UMLO 5_jeUOMO 6onVKSP 4t-LXIO 3rt-JRTQ 5erJOPO 2eQIQO 3_elRRJO 5sRITO 4faireONHM 4hagoRKMO
4laRPKP 4meMKLO 5iSLMO 4noLNMO 4sOMUO 5eLMUO 3daNYOP 3lPQLO 4_estMVIN 5ordreOJSO 4l-TKON 5eONNO 6_estOQKO 6sNLSO
4sMNKO 5_sontNOKO 3ryZMKP 3st-HMQN 5ionsJOMN 3ueRJOO 2iSESQ 3_aMMOO 4estOMVP 3enHMTO 4r-NKPO 5oONLO 2oiNDTM
0raceNJRO 2diu-LVNO 2inKMPN 3seJMPO 4o-NLTO 2ndo-WHNO 3geRNQO 3kNPUO 2pid-PKNO 5oPNIO 2teNOHP 3ioOYKM 5-JVLO
1ePWCO 2achMVMO 4tWLMP 3dQMOO 4i-PIQO 4yULPO 3lKVJO 4l-POFN 5yNSJO 3so-LKSM 5nMMQO 2cei-JNOO 5vedINOO 4t-MPLO
3hn-NSLO 4t-QKQO 5sONSO 3ip-NWMP 5eMUMO 3om-HLRM 5mendJNOM 4r-TNIO 5dingJOOO 3ur-WOJO 2dPKTN 3_isLOTO 3ac-MLNO
5taKNOO 3ig-MKON 5eMLNO 6_uneLONO 4r-ZJLO 3uc-OPRO 2fer-PKMO 3un-NLKN 5dLKPO 4s-VKJN 2gexWMMP 3io-VLOR 5nRLSO
4s-WNJO 3ul-LOMO 2ihe-PJSO 2jec-SLKO 2lat-RLSO 3ea-JPOO 5seIORO 2mbo-LNMO 3er-KOPO 3in-MINL 3ov-RLNO 2nam-YLLP
3de-SLKO 5zMOMO 6_vousMMNO 3ew-UMLO 3tLTMO 3un-LNLO 3vo-XLMP 2pai-OOHP 4r-PROO 3la-MMSO 3or-PINN 4s-WMNO
2que-[HJQ 5stSONO 5teTNNO 2ser-VJMP 3identsNLNO 3ou-SOKO 3po-TNPO 3tLXON 4a-KPKO 4eQVLP 5_tPSOO 3ul-RVMN 4m-MNLM
5eKOMN 2tir-UPMO 3ra-LPMO 3ur-XOLJ 5nRMOO 6sSNNO 2ver-XLKL 5seUNLO 3ie-NRGP 5wONKO 2wri-OLLO 5teOKNO 1iceKWKO
3hSKNO 2ddl-KNVO 2enXKIO 2ghtPGUQ 5-KJPO 5_nowRJOO 5sJNOO 2ngJRTO 2seNQUO 2verLIRO 1oadLMSO 2joRHSO 2lePHMO
3l[EOO 2manLNMO 3eIMRO 2ofJMWO 3mGQPL 3tNUMO 4_ofMPLO 2saMPVO 3eMQTO 4sIOPO 2undKYKP 3te-KNNO 2wQSPS 3sXNJP
2yalGUQO 1udeLLOO 2leQIOP 2nPOKP 3sSNQQ 2stUOOO 0s_aSKJM 2estLLQO 2fatherORPO 2leftOSPO 2onlyNOUO 2theORLO
1aKPXO 2feROJO 2gtIMTO 2idIFZN 2lar-TPMO 3eWJMN 4sYGOP 3voPIWO 2mQKWO 3eXNLQ 4diKNPO 3st-LOMO 5agNOKO 2ndRHRO
3gNIQO 3sRJUP 2raMNVO 2tzMOTO 2ufMMTO 2veWPHO 3in-LSJO 5gMPJO 2wLNTO 2yGDZP 3_toNOIO 3sOHSS 1calePTNO 3nVKQO
2hed-RLRO 4m-UMMO 3la-LOIN 4u-NMRO 3ne-PLPO 3onQJOO 4o-DSOM 5lMOIN 3re-RLJM 5ibSMJM 4i-MKSO 3ul-LNOO 3we-IMQN
5sterLNSO 4i-OJOO 2ien-RLPO 2ree-ZLIP 5nsTOOO 3ip-XILO 5tTNOP 4v-LMNO 5iNKMO 3ol-XJMP 1eRQNO 2arc-WLOO 3so-RILO
3tKQSO 2con-USMO 5dTLNM 6sWMKQ 3re-VOMO 2eVGTO 3_aMLQO 4whichTNOO 2gui-JOSO 4n-PTQP 2inLQTO 3tQIQN 2lec-WKNN
5tSNNO 3lsNTOO 2mai-KNPO 4n-KOQO 5aLNRO 2ndVMHN 3so-ZJKP 5rVMLO 3tKQSO 4e-MNPO 5nceOIRO 2par-XMMR 3te-PNKO
2rMMTP 3ieMPTO 5-KRMO 5sLNNO 3ve-QLIN 4i-XPGR 5ceVMLO 7sUOLO 2sTNQO 3si-UNJO 2tVPNR 3ti-ULMO 2uMUOO 3lRIVO
4sNNUO 2venJNXP 1hake-JMUO 3reMOQO 5-KMQO 5_aRORO 2eIM[Q 3etTKOO 5-TOLO 5sTNMO 2ipOKLO 4sNJSO 2oesMLPO 3pPOQO
3rtMMIM 5-PJOO 5erJNSO 3ul-XBMP 5dUJLP 6_beRMKO 7iSKKL 3wWLMS 4_thatMTMO 7eVMNO 4sMETN 1iQNZS 2chQJTO 3kPMJO
2desKWMO 2eNPVR 3be-KQMO 3mp-QJQO 3nt-IPQO 2gnTLNO 4a-YMNO 5tureUOMO 4i-SGOP 3ueKNYP 2mSISO 3pl-QPJO 2nQNUR
3_xLUNO 3ceTIOQ 3dJTQP 3gl-SIPO 2ste-RIQP 2tITPP 3eNLNO 3sNLTO 3ztMMVO 2xEVPR 2zeUQHQ 1ketchSLMO 2ipRLNO 2yLJQO
1leepRHPQ 5-OJOO 2owVJNO 1mallULMR 3rt-JMOO 1nowIMWO 1oIQUR 2breFOON 2ftw-PKKM 5areJNOO 2hnHNTN 2ldSMKO 3lUMKO
4_ichKNMO 4teSOKO 3oOHZP 3ut-KOXO 3veMSRQ 5_theHSRO 2meMFUP 4o-JLUN 5neKMTN 4t-WFPN 5hingPLLO 3mePXIP 5-NOLO
2nFQNL 3gGTJP 3tKMRP 2onSJMO 2rtRGTL 4_theTNOO 4i-ULMO 2undJMWO 5-HOON 5sMNMO 3pLRTO 3rc-QLKO 1paceVTLP 5-VONP
5sSOQO 3inIMPO 3lt-SLOO 3ni-KLMN 5shLOMO 2eakMIXO 5-KMUO 3edUOLO 3ll-KPLO 5ingLNLO 2iel-MOKO 2litTUIO 2rin-OORO
5gLMPO 1qlcLJQ 2rtKWOO 2uar-JZLN 5eLWMN 1tLMSO 2ackULMO 3ndKNRO 5-KSLO 3rOKLN 4_warsNNIN 4tNULM 5edOSQO 3teWMKO
4i-XNLP 3yRPKO 4e-OOSO 4sTPMO 2ehe-LTOO 5nJTNO 4tSLRO 3igtNJTO 3ll-KPMO 2illQOBM 2ockIKUO 3neMKWO 3pPISN 4p-KPMO
5edJNPO 3re[LLR 5-UKMO 4yJLJO 2rat-MKPO 5egyJLRR 8_forKONO 3ee-ONRO 4i-NNKO 3in-ZIJQ 5gRKMO 3on-LMTO 3uc-YKMN
2ude-LKRO 5ntMMNO 4i-VNMO 5oUNKO 4yKOOO 3nd-KRJO 5enLRIO 1uIQVO 2aKSQO 2beMTLO 3mi-WLLO 3sc-ROKO 5riptionKSMO
2cce-MTNO 3hMTNO 2eOKSO 2garNIPO 3ge-NJMN 5stNLOO 2isHQTO 3teLQUQ 2mSUKO 3_ofMVNO 3aVOLO 3ma-NMGM 5riseJMMM
4eVSIP 2nMNVP 3da-NMMO 5yMMLO 6sOOKO 2rOMQO 3_laMOLO 3ve-IRVO 5yLQTO 2sanNLXO 3pe-NNUO 1witc-UJRO 4z-KKOO
5erlandKNNO 1ynta-WLMO 2ste-YQJP 0t_elleOMRO 2ilIMSN 2onLJUO 2theOMTO 1ableXINQ 5-WLJN 5auUNNO 2gHOWO 3eQTNP
4nOLSO 2keJKUO 4_theKOQO 4sQSVJ 5_aSQMO 6theONLO 3in-OISO 2lkLJRO 4i-PHRO 3lLNPO 4e-IORO 5rKMSO 2nkHQNM
2rge-XILO 2xJXJO 1eKRNO 2aFOQO 3mWHMO 4_ofUNOO 2chn-MLMO 2llSIQP 4_meLOQO 2mKNTO 3psSKHN 2nan-SJPO 3goNNMO
3si-NKNO 5onNKNO 3thKXKO 2rMOTO 3mGSQO 4i-TLIN 4sIRQO 2st[JMP 4s^JKQ 5_forSNNO 2xtRDIV 1hJJVS 2anTLSL 4_thePLUO
4kQNIO 3tVJPS 4_aJQTO 5iLNMO 6tPMRO 5theLOSM 8reLVKO 2ePHQO 3_appGOON 5verageLROO 4bankLONO 5lueLOMO 5ottomTRIO
6xNKMO 5usOPKO 4cakeOLUO 6tNOSO 5hildrenNOJN 5lockNSQO 5offeeMOUO 6uncilOMJM 5upNOTO 6rrentSNMO 4dateRJRO 6yTNOO
5eskJORO 5ifferenceSJKP 5ogLRRO 6orSMKO 4firstLRPP 5ollowingJNSO 5unctionJPNL 4gateOOIN 4hallLMUO 5istoryKNOO
5ostKMPO 4iceNNTO 5nterestMWLO 4keyMMNO 5idsLOMO 4lastVMMR 5eftPLSO 5ibrarySNQO 6ghtsNLRO 5ogicLOLO 4nameSKNO
5ewKMRO 5umbersTHNO 4officeNNUO 5ldNOKO 5neOKLO 5rderLNSO 4pageWOIP 5honeWOJO 5oolMNSO 6stNOIO 6werKONO
5riceRTNO 4rainNMKO 6tioMTNO 5ightOORO 5ootNMLO 4sameSNMR 5econdRPPL 5hopOSPO 7rtestSLQO 5pellingMMNO 5unMTQO
4tableNKSO 5extONLO 5hLIWO 6irdMOTO 5opUOMO 6talULOO 5woNKKO 4windowMMTO 4yearOOJO 3irPKLR 3mLRRR 4_awayOOJO
3nLVLO 3or-HRMO 3reSKOM 5_areQMTL 6inOLLO 7sMRLO 6sMOJP 6wasLOMO 4m-NNWO 3seMJTP 3yOUTQ 4_areOQKO 2ingMLQO
5-MHWN 5sMLPO 4kIMMO 3rdJYPR 4t-RTLO 3sWGMK 4_forOTIO 5textOOKO 2oseVKVS 2rea-UIMO 5dPLLO 4eHSVT 3ou-PKOO
5ghNLOO 7_theRORO 4w-UNLO 2ursdayONKO 1iMSOO 2cke-KPMO 5tMNNO 2emp-TJLO 3neLSSQ 5-MNWP 5_elUPLO 2mQMRO 3eXCKN
4sTPIO 2p_onMUOO 2rerLSQO 2tleMJLN 5-TJJO 1oOIOL 2_aRJQN 3closeOOJO 3goNOTO 3itOOKO 5sMVLO 3learnLMNO 3meRNUO
4yMMNN 3ofVMOO 3storeUONO 3thePJSG 3whatLQSO 2cht-KMLO 5erLPJO 2dayJIWM 3oQSQQ 4sOLQO 5_losSMPO 2get-LYLN
5herLUNN 2kenSLNO 3yoMHPO 2ldNKXR 2mIQ[O 3at-KNOO 3or-JKRO 5rowMMMO 2nKSOO 2oPJPR 3_muchPLKO 3kLNUO 2p[FPQ
2talVULM 2ujoursMLRO 3sRLRO 4_lesRMSO 3tWHRO 2wnOJON 1raLTOO 3deKNMO 4u-LNJM 3inHSPM 5-NQIN 5sMRKO 3ns-LQJS
5lateQKNO 3ve-HRUM 2eat-OLLO 3eYHQP 3ff-NLSO 3sKQSO 2ian-MUJO 3edHNQO 3pJOPO 2ock-NMUO 3isKORP 3mp-KMRO 3uv-PKTO
5eLMRO 2ueRIPJ 2yONIP 1uesd-MQRO 5ayMOSO 2nYIEN 2rnOGTM 4_thePLMO 1welv-MSPO 5eMTNO 2iceUPJP 5_aNOKO 7sOSNO
2oOSRV 3_daysNLTO 4ofKQPO 4peopleSKPO 1ypeUNHK 4s-UONO 5criptTNOO 0uberKLQQ 4s-NMMO 1hrKJRN 1ltim-RKOO 1mSNQO
2aSKOO 1nSJNN 2_enfantMMOO 2aUGPN 3_cartaKOMO 2dSMQT 3ef-[KNQ 5inedXNLQ 4rRIPP 3oSOOO 2eUERO 3_fonctionSONO
2iqu-UKOO 3tXOMQ 4_testsSONO 4a-VNNO 4y[KKQ 2les-VKSP 2oKMYO 2terOJVO 5schiedONJO 9ed_zwischenRMKO 3ilUTNR
5_iLVNO 1pOTKQ 2_atLLOO 3theTKNO 2dat-TJHN 5eONKM 2gra-SLKO 2loa-VKMO 2sta-NLUO 5irsMMUO 1rgen-MKUO 2lau-NJOO
1sLLNO 2aUMLO 2eQJQO 3_aQORO 3dHRLN 3r]IIP 4sYIJO 3sRWKN 2ingYMKK 2uallyOLRO 1teMPUO 2ili-UOMO 0vaNWGO 2lidRNSO
5-WNKO 3ueXSHN 5-[LIK 5sTKOO 2nGQNO 2r[MKP 3ia-[LJN 5blesUMLO 2terLMWO 1eNQOO 2cesRHRO 2get-MKRO 5arianOKRO
2loOLMO 2rTKNO 3aLOVO 3da-OLSO 4i-KXLO 3ha-IOSO 3if-ILTO 3mi-NMLO 3sc-RMRO 4i-TLJO 5onQMLO 3te-ROIO 3yPLNO
2sti-LLNO 2utNKLN 1ideTOLO 4oHLMP 2elIUOO 4eIXKO 3ntJLSO 3rNUQO 2lla-MFUN 5geNLPO 7_ofOKSO 2nLMMO 3oJNOO
2oli-KIYO 5nMNVO 2sitNPKO 5-MLRO 3taNIUO 1oitu-JROO 2lum-MULO 2mMWDN 2nLUJO 2rNJOO 2teNKON 2usOMJM 1sZNLQ
2_codeSOOO 0wahrs-KUOO 2it[IKO 2lkJQVP 3lOSPO 2nnIMOM 3tQDRP 4_toMOOO 4e-LLRO 5dOOKO 4sLMPO 2rKPQP 3mKH[O
4e-KNMO 3sOMIN 3umSOKP 5_istOQIO 2sKNTN 3_bedeutetULKO 4istSIQO 4theMMPO 5unSJJN 3se-KJPO 5rOKNO 2tchJMOO 5-NLOO
3erJIUL 5-NNLO 2yULSP 3_toSMMO 3sNZMU 1eOIPO 2_canLOTO 3doNOKO 3haveWLNO 3knowONTO 3reOVJO 2akNOLO 3rLNLO
3th-KMPO 2bSKNO 3si-MNLO 2ddi-JJNO 5ngJMOO 3ne-KQUO 5sdayLOSO 2ekLMSO 4sJNSO 2igh-OQPO 3ssQNRO 2lch-KLSM 5eJMOM
3lLTLO 2nnULTS 4_alleMNTO 5derQNRO 5ichNOJO 3tFTOQ 4_upLSNO 2rJKTO 3_hatOMLO 3eGRVQ 2tNKSO 3te-JLTO 5rLMTO
1hatOSMK 4_areJLOO 5canKKQM 5doISQO 7esSJNL 5elseMMTO 5happenedMKRO 7sLNVO 5isSMLL 5sMVKO 6houldNOIN 5willPORO
6ouldMLPO 2en^JHR 4_doQRKO 7esOOKO 5iQROR 6sKRLO 5shouldMOLO 5theSKTP 3reXFNM 5_canNLLO 6doPNKO 6isIRPP
6theyOOJO 3th-PMTO 5erQLPO 7_theNOJO 2ichLMTP 5_dayPSOO 6filmNNKO 6ofNLSO 7neMSQO 3le^HJQ 3teNKTQ 2oELWP
3_cameLKPO 4hasMOMO 4inventedKOMO 5sMPQO 4wasNKPO 3mJMVO 2yUIJO 3_doKOJN 6esSKPO 4isUQKO 4wasLOLO 1ieMRNP
3_gehtMJTO 4langeMOLO 4vielLTMO 8eNVIO 2feOGRO 3iOMLO 2llGPQO 4_beNNMO 2ndo-SHQO 5wMKSO 3eIKON 3te-LJTO 2rLGRM
3dMKQN 2thUKOX 4_aPKSM 5itQOTO 5myMOLO 5theOMRO 4i-TJPO 4o-XHRR 5utSMKR 7_aQMTO 8downtimeSONO 1oJJUO 2che-KKSO
2lfINXO 2manPKUO 3enNLKO 2nMMKP 3_tKNOO 2rdKHZO 4sOHWQ 3kKULP 4_outMTQO 4e-QSMO 4sRROQ 3ldUJKN 3tOMVO 4hOMIN
2uldIN[Q 5_aMNWP 6youRJUQ 1riteRPHL 5-VKKO 5_aSIKK 7nJMNN 6theSLNO 2ongPBTN 5_withOLUO 3tePMEN 1urdeIMSO
3ze-KONO 0x_eLTOO 2forIUOO 2inSNNO 2lnMUMO 3ogJUOO 2xPUMM 2yNSMO 1sVJOP 0y_aKMUO 2elLJWO 2laPNUP 2noKMUO
2unaSMRO 2xNSMO 1aMIMO 2ngMNSO 1earKTIO 4_oldLLNO 4sJWFR 2llo-KNUO 2ste-LKQO 5rdayMMPO 1oIMQO 2gaMKKO 2uGG[P
3_areSKJO 4findMOTO 4haveOJVP 3ng-LIWN 5erMNUO 7_thanLMVO 3rMNJK 0zahle-LYJP 5nKXMP 1ehnPVJO 2ileYLMP 5-ULNO
5nTLMO 2rosLVOO 1oeJLVO 1uMOTO 2cke-OHOO 2gMSRO 2mMPLO 2rILPP 3uc-TPKO 5kSNMO 2sam-MPHN 5menMPIN 1weiKTSQ
4teSNPO 2isc-TKLO 5henSNKO 0англи-JMLN 1ренд-LRRO 0безUJQP 1ольш-TSOP 5еPUPP 1удетJTRO 1ылKLUO 3оIOTO 2тьKIWO
0в_какомNJOO 1ежли-JNMO 2рну-TILO 3оя-LVQO 1сеQHUQ 3гоNJZO 2тре-LKUO 1торн-LMUO 1чераMMMO 1ыбра-RLLO 2клю-SKMO
0гдеPIQO 1овор-NLTO 5итNNSO 2дRFNO 3аMOMO 0датеWMLO 1ваTRNQ 3жд-RKQO 5ыSKPO 2еJSLO 2ухOTLO 1елат-TIJN 5ьPMKO
2ньILPN 4г-LOLO 5иJMNO 2сят-URMP 1ляXIDN 1нейQLRO 1оMNSO 2каж-LWMO 5иMTNO 6_чтоMUNO 1руго-MRSO 0егоNVMO 1еLMTO
1слиTMTQ 4_вSLJO 2тьPISO 0заJOQN 2казMJNN 2про-[KLP 5сXOLP 1начи-RKNO 5тTMMO 0изJRSP 1лиSQKO 0казан-MKMO 2кSCSO
3аяPSFN 3иеOISO 3ов-IULO 5аGTKO 4йTJOO 4мNKMO 1варт-MMMO 1лассKOKO 2иен-VKOO 1мI[HO 1огдаRMLO 2дVKJO 2тор-RLTP
5ыйSNPO 1расн-NJMO 2омеMIYO 1тоELWO 1урье-LMMO 0летMNKN 1иJFWN 0масси-TLMO 2тем-JRIO 2шин-LMOO 5аKPNO 1еждуVKRO
2няMJKN 2сяцSLPO 5-TGPO 1инутPJVO 1неJJPO 1ожетPHXP 3ноJLTN 5_лиMNJO 0наTLKL 2йди-KUOO 5теLTOO 3тиRITO 2пис-MOLO
5алNNKO 4ш-SKLN 5иSKKN 1еVAWR 2дел-LQMO 5юNLNO 2тNGXO 1иког-UMPO 5даTNQO 1оJLXP 0обнов-VKHO 2ъяв-OKNO 5лениеMKNO
4с-MJPO 1динMMUO 2наKOTO 1нMQSO 2аKQWP 1став-MJSO 1тRQIN 2кры-IOSO 2лич-SLMO 2пра-UNLO 0перво-KMPO 3ев-LTSP
5едиPULO 8_наLMNO 4н-PHNN 1исьм-LMSO 5оLNOO 1оRSLP 2лов-LZMO 4ж-MISO 2слеWKOP 5-XKNP 5днийWMNP 3мо-OMKO
2чем-QOKO 5уQNMO 1риVNJP 3чи-LLSO 2ода-NKRO 3из-JSUP 5ошлоMKWO 3ст-RSJO 3це-XQJN 3чи-QMTO 5татьRMSO 0работ-HMUO
5аетLOMO 2зде-RPTP 1ебен-LLMO 1убле-ONKO 5йNNNO 0самыйLNUO 1дела-XIKO 1емьIRNO 1каза-KITO 2оль-H]GP 5коKTJP
2рип-QMSO 5тUMNO 1лома-LKRO 1оста-ITNO 5вьKKTO 1писо-XIKP 5кUNLO 1тран-XLLP 3ок-XMLP 1уммаRUKO 1ынLIUO
0такоеRNJO 1елеф-OHSN 5онLMMO 1ольк-SGYP 5оMPSO 1риKNVP 1ысячTJKO 0ужеOJPO 0файлWKMO 1ункц-SLKO 0холод-MKSO
2тяPKMO 0часаMOKO 1елов-HTTO 5екKQTO 2мOJRP 2тве-LTRP 1иселSVJQ 3лаUPGN 1тоNFTO 3_делатьRLKO 4значитSNHO
4посмотретьNOLO 4такоеRNJO 4этоMMVO 3быQKWP 0этоIMUP 0الJSRO 0فيSNLO 0كمJWNO 0منLSOO 0ありKQTO 1るNRQR 2のKLQO
0いいJHKJ 1うOKMO 1くMUKP 2らNTMO 1たKOSO 1つKMRO 1てLQQO 2いMNUO 1でMLNM 2すLLNM 1とOJMO 1なKLUP 2いLQVP 1のOPKO 2はSRMO 1はPLOO
1まKPPL 2すJOLL 1るPLTQ 0うすUNMO 1ちOUKO 1なLMYP 0えてOJRN 1なLNVO 1まNMKO 1らOLRO 2れPIRO 1るOJTO 0おすMLNO 2すNNMO 0かかTLLO
1けKLOO 1ったLNOO 1なNJPO 1らLSOO 1るTLPO 0があLNTO 2るKNVP 1いLMPO 1なMMUO 1落LNNO 1起SLQO 2きSKRO 0きいLNSO 1なUMJO 2いUMLO
1まIKOM 2すMMNO 2せJOOO 0くだNNLO 2さNOLO 1とIPVO 1らJUMN 2いNLMO 0けたSLRO 1てLQLO 1るLPVQ 1れVLOO 0げてKVPO 0こかMOSO 2らMOTO
1こNLNO 1でNLMO 1とMOSO 2をPSNO 1の文MMOO 0さいLOLO 1れSLMO 1んPLNO 0しいIHRO 1かRKPO 1たRKML 2いWGIP 1てQMKJ 2いLLOO 2もXKMO
1なSSKO 2いUOLO 1まVHQN 2すUNIO 0すかMPOO 1すめNLMO 1とUQKO 1めNMMO 1るUOIO 2とSRLO 1れOJNO 2ばOKOO 0ずつPOQO 0せんIOKL 0そうNKSO
1のLSRO 1れLWNP 0たいWCOO 1かLLSO 1とNORO 1なKNNO 1のILRN 2はIOQO 1らOTKO 0だけRKUP 1とNSOO 0ちらMUIO 0ったINXQ 1てMMPO 2いPPOO
2何NLRO 0つくNOTO 1のLOVO 0ていKNSO 2なLPVP 2まMLKL 2るOKTP 1かNUMO 2らQRJO 1のJKTO 1もPJPO 0であLSRO 2るJURQ 1いMOJO 1きPKSO
1しOIOO 1すOQGI 2かRQFK 1はNOTO 1何LTKO 0といJRTO 1きNLNO 1はRISO 1をNUKQ 1何ISTP 1言MKSO 0どうNFQN 2なMMUO 1こLHXN 2でNLNO
1ちらKTMO 1のIJTN 1もLLMM 1れLOVO 0ないRIQR 2のSQHO 1くNNUO 1ぜMPMO 1っMQLO 1のOJRO 1らKNVP 1りMLSO 1るPRPO 0にいNLRO 1しTHTO
2てQNIN 1なRSIO 2りOOJO 2るRULP 1はQLUQ 1一SNPO 1入NJWO 1行OIOO 0のうNWLO 2ちLVQP 1おMLKN 1でIPKN 2すLMLO 1にRION 1はNRTQ 2どNNTO
2なRQQO 2何MNUO 2誰LNTO 1コVNMO 1スKJRN 1一NUPO 1中TNNO 1和PTMO 1子LFVN 1文NLNO 1行SONO 1違SMLO 2いSMLO 1配TLMO 1関LPUO 1首MMMO
0はあNIVO 2りOJRO 1いLOOO 2くNSMO 1どIMSN 2うMLSO 2こLJPN 2れLQUO 1なOLPO 2いOKUO 1みRNPO 1一MOXP 1何KUPO 2でUKMO 2曜NMVO 1正NNTO
1誰LMQO 2かOOTO 0ばいLMJL 2いLMKL 0へのIKMM 0べきNKLO 0ましJSML 2たISJM 1すOPNO 2かHPRL 1せINKL 2んMJKL 1でKRRO 0めたIPSO 1るRLRO
0ものJNYP 1らLMMO 2えNLLO 0ようUPKO 2にTMLO 1りPRTP 0らいOJLM 1えMMLO 1ないOKOO 1れRHQO 2るNKTO 0りうるNOTO 1まLSMO 0るかKPUQ 1こNROO
1とPVMP 1にOLTO 2はQIVQ 1のはPPUP 0れたLLOO 1ないQJOO 1はNMUO 1ばOLSN 2いKLNM 1まOMKO 1るTEQO 0わかKNTO 0を一VMPO 1作QJNO 2っNKPO
1出OMTO 1変SOOO 1教MLNO 2えNNMO 1書QMKM 2いSJKM 1求めMSOO 1消QMKO 1考えJMON 1返ULNO 0んだMLWO 1でJMON 1なJNMN 0ァイUMMO 2ルTMMO
0アのLKOO 1はMNUO 1ッNLOO 2プQLKO 1ンKRRO 0イルVQKO 1ンWPHN 0エクセULNO 0ォーTMIO 2ムTNLO 0オーJJRO 0キャPLUO 1ロJSJN 0クセルXJLO
1トSNQO 1ラスROKO 1リSLSO 0グラRKKO 2マJOOO 0コミSQJO 1ンYKHO 1ーRMLO 2ドVJMN 0サイVHLO 1ーUJNO 0ジェVKMO 0スのQKMO 1はRKUO 1クQLSO
1タSMKO 1テTNLO 1トWKJO 0セルZHNO 2でTMNO 1ンORIO 0ダにTMKO 0ックSNUP 1プNHQN 0テスXMOO 2トWMOO 0デーPMKO 2タZJJO 0トがUOOP 1のONMO
1はJPPO 1をUMKO 1ムJPXO 1ルKRQO 0パンIOQO 0ヒーJLPO 0ファTOMO 2イUNLO 1ィJSTO 1ォUOMO 2ルSKNO 2ーUOLO 0プはKKPO 1ロSNKO 2グOLMO
0ポートSJPO 0マーQHNN 0ムはJNXP 1をRMSO 0ラはMMUO 1マKONO 2ーJONO 1ンKTNO 1ーUIOO 0リスQKMO 2トWFMO 1ッLSOO 2トIVLO 1ンJSRO 0ルでSJKO
1のPJNO 1はIQWP 1をPKOO 1ーRKSO 0レシMINN 0ログUHLM 1ーVMPO 0ワーPOIO 2ドOKTO 0ンがLJSO 1でQKMO 1のKNLO 1はKNVP 1プOTLO 0ーのRLNO
1はMNTO 1をPKQO 1ジVQLP 1トLOPO 1ドTKNN 1プUHQO 1ムのUNMO 1ルSMPO 0一つNKUO 1下KNMO 1个RMVU 1人NNWP 1件MWNO 1份KLPO 1次SION
1番GMWO 1行TMNO 0万円NPJO 0三个GPYQ 1人MOTO 0上でLTRO 1司KNLO 1的QOIO 0下雨JLXO 0不上KLNO 1在KK[P 1是JJ^P 1能PKRO 0世界NKJO 0両方OQRO
0两个QQRQ 1次UKSO 0个人IRSP 1数SRJO 1月MESN 0为什PQNO 2么QPMO 0么做LMPO 1办QKLO 1区别SNLO 1安MLPO 1意RLKO 2思SMJO 0了一JRGN 0二つUJRP
1人JUQP 1回TMQO 0京都NJLN 0人がKUUP 1でKQTO 1のHROP 1はIOTO 1分KRLO 0什么NGUO 2区TNKO 2意RKLO 0今天IJTO 0他们JNVO 0代码^HMO 0以后UJSP
0件的QLTO 0会员KLUO 1員LMUO 1飞MNWO 0何かMMTO 1がNNSO 1でRLMO 2すQKLO 1をRLKO 1日MUMO 1曜NMUO 0作ってKMSO 0個でNWMO 0偶数MNUO 0元测TMNO
2试UNMO 0全員KWPO 1部QVNO 0公司LMLO 1里KXHO 0写一QKJN 2个SNLO 1个RJMO 0几个LUMO 0出しOIRO 1来NJXP 0函数VTJP 0分けQSQO 2るRQOO 1のOTJO
1之NYMP 1析MHSO 1钟NHYP 0列のULNO 1をTNMO 1表TKNO 0北京OJTO 0区别UMLO 0半径MTNO 0单元UMNO 2测VMMO 0厘米MVMO 0原因PKQO 0去哪KMTO
0发烧MMMO 1生MLVO 0取りTMOO 0句话LMSO 0只有QIWP 0可以LESN 1能JHcR 2是LLYP 0合わNTKO 1計TRMO 0同じNVRP 0周一LLTO 1二LMUO 1末KNOO
0和小NOUO 0哪个MNTO 1天MMXO 1里JLSO 0問題JPTO 0在哪JLUO 2里KMUO 1小LOTO 1最MMWP 0坐在MNMO 0変更UJNO 0多久JQKN 1少KXKR 0大きMNVO 1阪SFMN
0如何TGPP 1果KOUP 0子がPKMO 1どMMMO 2もLLMM 0学生JVQO 0孩子KIOM 0家にHNQO 1賃KVOO 0小时FRQO 1明LTUO 1红NUOO 0展开K[JO 0序员INNO
0应该JNNO 0後にPSNO 0循环VNLO 0快递LMMO 0怎么SFPN 2做LMOO 2办OLMO 2安NJPO 0息子NKTO 0意味QJOO 1思PISO 0我的PKMN 0所以KSPO 1有KLWP
0手机TKKO 1紙LNUO 0才能LKWO 0打开LMTO 0找出KOSO 0投票MMTO 0报错VNMO 0排序VMNO 0推荐LNKO 0教えSKLN 2てRMLO 0数のRTJO 1をURLO 1学LTGN
1据VLLO 1的TWIP 0文をLLMM 1件^IKP 0方法SRMO 1程KUNO 0日にKMQO 1のOKOO 1はLLTO 1付YKLP 1期]IJP 1本NJJM 0早くKLRO 1上KLMO 0时候WIIO
0明しPQJO 1日JKSO 0星期MOSO 0是什MIRO 2么NIRO 1哪LLPO 1多LWNP 2少LWMP 1真NNUO 1谁JKRN 0显示OKLO 0時まOIUO 2でNLUO 1間LPKN 0曜日NNSO
0更新SHKO 0書いQJLM 2てSKMN 0月のKOMO 1曜LMRO 0有些KMTO 1人JNWO 1什QLPO 2么OLPO 1几JTOO 1多JXIO 2少NSMO 0朋友JMQO 0東京OJPO 0查询YNKP
0次のKTNO 0每个VJLO 1天LOHN 0比小KPWP 0求めMTNO 0没有SHXP 0注意OJQO 0测试YMLP 0消しRNJO 1息VJLO 0爸爸KSVO 0物はINSO 0现在IMQO 0生日NMKO
0用户XKJO 0番号WKKN 0的人KLYP 1原因LNRO 1时UJOP 2候ZHLP 1是LMTO 0直しYMKO 0真的KLSO 1话NNTO 0程序UILN 2员IMNO 1式TMMO 0第一MMPO 2次KNLO
0等于LWMO 0結婚HLMN 0翻译NMLO 0考えJNSO 2てHOSO 0背が高NLUO 0能是LLRO 0脚本TJNO 0自転NLNO 2車LLNO 0英文SMMO 1語KNPO 0苹果KRNO 0落ちRJOO
0行のTNLO 1をSONO 0要多MULO 0見つけMMUO 0解释RLLO 0言いLLOO 1うKMSO 1えNMTO 2るNNSO 0証明NSIO 0語にMOLO 0説明JNSO 2しRNJO 0読むRNQO
0誰かOOSO 0請求QKLO 0计一个VMLO 1算QSKO 0设计[HLQ 2一ULNO 0证明JZMS 0说明FVSP 0赤いLIVO 0起きSJPO 0転車NLOO 0辞职LNJO 0还剩NTQO 1是TNLO
0这个SKRO 0进程YLMO 0退職JNNO 0适合KNLO 0違いRNOO 0部屋OJSO 0都是MLTO 0配列ULNO 0里的LOUO 0重复VMKO 1複UNLO 0钥匙IMWO 0错了KLSO 0関数WLMP
0降っNMUO 0面包LLVO 0順にPMSO 0首都OLJO 0验证KKWO 0高いMMOO
"""


def word_rows() -> dict[str, bytes]:
    """The row of every word, as it stands here. Made when asked for: it takes a millisecond."""
    rows: dict[str, bytes] = {}
    word = ""
    for entry in _WORDS.split():
        word = word[: int(entry[0])] + entry[1:-4]
        rows[word.replace("_", " ")] = entry[-4:].encode()
    return rows


def points_of(row: bytes) -> Points:
    """The points that a word's row stands for."""
    code, math, reasoning, difficulty = [10 * (sign - 79) for sign in row]
    return -code - math - reasoning, code, math, reasoning, difficulty
