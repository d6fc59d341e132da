"""Learned points of the scenario detector. Made by docs/maintenance/train_scenario.py; do not edit.

A row is (general, code, math, reasoning, difficulty). The first four are hundredths of a log-odd, the last is in
thousandths of the whole range. A feature gives its points once per level; a word gives them times DAMPING / (DAMPING +
words in the text). A word's row stands behind it as five characters: how many tens, counted from "O". Sources, licences
and what was measured are in docs/scenario.md.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["BASE", "DAMPING", "FEATURE_POINTS", "Points", "word_points"]

Points = tuple[int, int, int, int, int]

DAMPING: Final = 60

BASE: Final[Points] = (258, -15, -290, 166, 390)

FEATURE_POINTS: Final[Mapping[str, Points]] = {
    "code fence": (0, 1, 0, 0, 2),
    "backtick": (-10, 22, -4, -8, 12),
    "brace": (-26, 12, 5, 9, -15),
    "bracket": (-15, 32, -21, 4, 19),
    "parenthesis": (-48, 34, 7, 6, 15),
    "line ends in ;": (-4, 4, 4, -4, -11),
    "equals sign": (-45, 51, 1, -7, -11),
    "double sign": (-8, 44, -30, -6, 14),
    "LaTeX command": (-2, -16, 23, -4, 27),
    "dollar sign": (-16, -5, 52, -32, -1),
    "power sign": (-22, -23, 65, -20, 23),
    "underscore": (-30, 23, -11, 18, 5),
    "gap to fill": (-17, -14, -1, 33, -3),
    "pipe": (-6, 0, 9, -3, 23),
    "tag": (-6, 8, -1, -1, 2),
    "indented line": (-6, 24, -13, -5, 7),
    "docstring": (0, 12, -9, -2, -9),
    "quotation": (36, 14, -59, 9, 7),
    "percent sign": (-6, 4, 36, -34, 13),
    "arithmetic sign": (-52, 20, 48, -17, 21),
    "path": (-23, 41, 12, -29, 18),
    "question mark": (-4, -45, -16, 64, -6),
    "exclamation": (-20, 6, 18, -4, -3),
    "line": (4, 44, -48, 0, 9),
    "sentence": (-30, -34, -2, 66, 79),
    "colon": (7, -16, -85, 93, -2),
    "option list": (13, -38, 13, 12, -12),
    "choice": (2, -5, -3, 5, -2),
    "flag": (-19, 45, -10, -17, 7),
    "snake case": (-10, 20, -6, -5, -11),
    "piped command": (-2, 5, 0, -3, 15),
    "style rule": (-20, 28, -1, -7, 4),
    "statement": (-30, 67, -20, -16, -14),
    "dotted name": (-1, 23, -8, -14, -6),
    "file name": (-2, 4, -2, -1, -4),
    "algebra": (-8, -2, 25, -15, -3),
    "call": (-44, 68, 3, -28, 12),
    "equation": (-38, 5, 24, 9, 38),
    "number": (-11, -51, 77, -16, 47),
    "year": (-4, 19, -60, 45, -12),
    "clock": (18, -19, -38, 39, -19),
    "date": (17, -14, -23, 21, -37),
    "money": (20, -25, 31, -26, 10),
    "long number": (40, -11, -15, -14, 4),
    "sum": (33, -10, 25, -48, 8),
    "error name": (-15, 36, 0, -20, 8),
    "opens with auxiliary": (15, -22, -9, 16, -14),
    "single letter": (-43, 6, 4, 33, 37),
    "short": (20, 10, 65, -95, -143),
    "long": (85, -30, 43, -98, -52),
    "length": (0, 0, 0, 0, 22),
    "code name": (-152, 288, -58, -77, 74),
    "code thing": (-133, 290, -69, -87, 133),
    "code maybe": (-4, 73, -26, -43, 17),
    "math name": (-57, -44, 138, -36, 48),
    "math act": (-55, -34, 112, -22, 39),
    "quantity question": (-2, -46, 125, -77, 3),
    "measure": (-14, -17, 43, -12, -1),
    "logic": (-58, -7, -37, 101, 66),
    "relation": (-29, -2, -20, 50, 47),
    "judgement": (-19, -6, -1, 27, -3),
    "edit": (39, 29, -12, -56, -72),
    "prose": (104, -27, -61, -16, -72),
    "service": (79, 33, -40, -72, -53),
    "world": (90, -33, -71, 14, -36),
    "fact question": (26, -4, -2, -20, 4),
    "small talk": (21, -10, -19, 8, -7),
    "hard": (-51, 16, 67, -32, 118),
    "easy": (18, 3, 22, -43, -18),
    "person": (66, -28, -32, -6, -85),
    "support": (79, 7, -66, -20, -57),
    "health": (59, -17, -30, -11, -11),
    "calendar": (26, -38, -43, 55, -22),
    "why": (31, 26, -54, -3, 2),
    "who and when": (26, -25, -27, 27, -4),
    "device": (-43, 123, -34, -46, 14),
    "advanced": (-49, -43, 92, 0, 49),
    "sums": (-55, -3, 90, -33, 8),
    "analogy": (-91, -33, -18, 142, 2),
    "quantity question & number": (-50, -22, 138, -66, 23),
    "measure & number": (8, -38, 25, 5, -15),
    "question mark & number": (-3, -7, 36, -26, -21),
    "math act & number": (-28, 4, 45, -21, 22),
    "math act & algebra": (-6, -11, 20, -4, -24),
    "math name & algebra": (-6, -15, 25, -4, -32),
    "math name & math act": (-11, 3, 16, -8, -20),
    "code maybe & code name": (-2, 23, -8, -14, -5),
    "code maybe & code thing": (5, 12, 3, -21, -26),
    "code maybe & prose": (16, 10, -8, -18, 8),
    "code maybe & world": (26, 4, -3, -28, -16),
    "code maybe & parenthesis": (-19, -2, 0, 21, -4),
    "code thing & code name": (-24, 41, -9, -9, 13),
    "code thing & prose": (22, -15, -2, -4, 9),
    "code thing & number": (12, 28, -30, -11, -20),
    "code name & prose": (-5, 35, -5, -25, -5),
    "math name & prose": (-1, -1, -1, 3, 6),
    "math name & world": (11, -9, -7, 5, 5),
    "prose & world": (30, -27, 3, -6, -8),
    "service & world": (26, 36, -5, -57, -26),
    "service & question mark": (-29, 53, 5, -30, 19),
    "logic & question mark": (14, -25, -9, 20, 13),
    "logic & relation": (15, -5, 0, -9, -14),
    "logic & sentence": (-13, -14, 5, 22, -23),
    "relation & question mark": (-35, -15, 20, 30, 11),
    "relation & number": (-26, 22, 7, -3, 12),
    "judgement & option list": (-15, -8, -2, 25, -22),
    "world & option list": (-5, -7, 3, 9, 28),
    "question mark & option list": (8, -11, 2, 2, -8),
    "math name & option list": (-1, 0, 2, -1, -14),
    "number & option list": (-10, -18, 17, 11, 47),
    "judgement & question mark": (14, -1, -21, 9, 10),
    "fact question & question mark": (24, -15, 3, -12, -20),
    "LaTeX command & dollar sign": (-1, -16, 21, -4, 5),
    "brace & LaTeX command": (-1, -12, 16, -3, -1),
    "line ends in ; & indented line": (-1, 6, -3, -2, 1),
    "measure & sentence": (13, -5, 18, -27, 8),
    "short & algebra": (-8, 8, 12, -11, 60),
    "short & number": (4, -4, 53, -54, 11),
    "code maybe & measure": (1, -15, 5, 9, -13),
    "person & number": (-6, -9, 18, -3, -7),
    "support & number": (49, -8, -40, -1, -10),
    "health & number": (31, -4, -25, -2, -25),
    "calendar & number": (35, -1, -21, -13, -27),
    "calendar & question mark": (-11, -3, 6, 8, 27),
    "person & question mark": (-32, 7, 47, -22, -2),
    "person & world": (-41, 5, 29, 6, -19),
    "person & code maybe": (10, -14, 4, -1, 31),
    "person & device": (-1, 1, 1, -2, 6),
    "device & code maybe": (28, -36, 0, 9, 1),
    "device & code thing": (3, 3, -3, -2, 17),
    "who and when & question mark": (23, -27, 11, -7, 3),
    "who and when & number": (11, 4, 2, -17, -10),
    "who and when & sentence": (-36, -22, 42, 16, 28),
    "why & question mark": (22, 18, -26, -14, -2),
    "why & world": (-28, 4, -18, 42, -4),
    "why & logic": (-26, 14, -3, 15, -10),
    "opens with auxiliary & question mark": (0, -9, -7, 16, -10),
    "opens with auxiliary & sentence": (10, 0, -1, -9, -1),
    "sum & question mark": (-12, 4, 38, -30, -10),
    "measure & question mark": (10, -10, 5, -6, -7),
    "relation & sentence": (28, -9, -5, -14, -10),
    "sentence & question mark": (-95, -33, 37, 91, 82),
    "money & quantity question": (-11, -2, 18, -5, 26),
    "clock & world": (-9, -3, 5, 7, 3),
    "support & device": (9, -10, -1, 2, -6),
    "quantity question & sentence": (-29, -7, 67, -31, -33),
    "world & question mark": (-16, -29, 25, 19, -8),
    "code thing & world": (10, 7, -5, -12, -4),
    "code maybe & number": (15, 0, -12, -3, -18),
    "year & question mark": (8, -9, -45, 45, -20),
    "logic & parenthesis": (-3, 10, 3, -10, -10),
    "edit & quotation": (40, -12, -4, -24, -24),
    "edit & colon": (91, -23, -27, -42, -54),
    "edit & sentence": (41, -5, -4, -32, -10),
    "edit & question mark": (19, 0, -1, -18, 10),
    "logic & calendar": (11, -2, 0, -8, 15),
    "relation & calendar": (16, -9, -11, 4, 13),
    "support & question mark": (22, -11, -6, -5, -7),
    "health & question mark": (39, -5, -22, -11, -12),
    "code thing & question mark": (-8, 44, 3, -40, 10),
    "code thing & device": (3, 3, -3, -2, 17),
    "number without question mark": (16, 24, 19, -59, 6),
    "code maybe without code thing": (-19, 65, -27, -19, 0),
    "code maybe without service": (-23, 61, -41, 2, -4),
    "math name without number": (-15, -15, 55, -25, 13),
    "math act without number": (-27, -38, 65, 0, 7),
    "relation without number": (-5, -23, -27, 55, 33),
    "logic without number": (-2, -27, 6, 23, 68),
    "quantity question without number": (48, -24, -13, -11, -18),
    "question mark without option list": (-11, -33, -18, 62, 5),
    "brace without LaTeX command": (-25, 26, -13, 12, -17),
    "world without number": (29, -33, -22, 26, -31),
    "judgement without option list": (-4, 2, 1, 2, 15),
    "logic without person": (-30, -7, -37, 73, -2),
    "number without person": (-12, -4, 32, -16, 5),
    "code maybe without world": (-28, 51, -15, -7, 6),
    "question mark without world": (12, -15, -40, 44, -6),
    "relation without person": (0, 8, -6, -1, -20),
    "sentence without person": (-39, -30, 30, 39, -40),
    "measure without person": (8, -2, 27, -33, 5),
    "why without person": (38, -10, -42, 14, 14),
    "math name without person": (-82, -28, 140, -30, 45),
}

_WORDS: Final = """
^aQOQJO ^addLLVNN ^afterNTOKP ^bestSLNOO ^cMTNMN ^canRMOON ^combienRNQKM ^commentOUMJN ^comoRUMGN ^compareSMNNO
^convertNLSOO ^couldKNOTP ^cuantoSOIRN ^dansRNOMO ^deJNVNO ^derUKMON ^designOTJOR ^dieQLUKO ^doesLMUNP ^dosNOLSO
^draftSLONQ ^einKNUNP ^elQPMNP ^entwirfLUOLP ^erklareKROOO ^escribeMROON ^estOOSKO ^excelNQNOP ^explainQPOLN
^findNKPSU ^fourOOKSP ^giveSOMML ^givenROOLM ^googleMTOMO ^how[OJHQ ^iPIRQL ^ifIMTRQ ^inNNPQS ^integrateLNTOP
^isXJJPM ^istUNMLN ^javaMRONQ ^jeQMMPN ^kannRNOMN ^laPMSLO ^leSMKQN ^maWLPIN ^makeQRNKN ^meQNONN ^meinSQLKM
^meinePSOJO ^miOSPJN ^monORMMN ^myRPPKM ^ourJUNOQ ^ponSLNON ^porPQOLP ^pourquoiPPOMO ^proveMMVMT ^pruebaLNSNP
^pythonLROOO ^quandSOOKN ^queORKPL ^quelPRKON ^quelleMRPNN ^quiRNNNN ^quienRONMN ^rSOKOO ^schreibLSONN ^seRNOLN
^showHUPNR ^solveMMMUQ ^sortOJOTO ^thePLPPO ^threeLMRQQ ^turnQONNN ^unMNRNR ^uneNQKSO ^wannRONMN ^welcheULPKM
^werSNNLM ^whatUQILO ^whenMQOPQ ^whichXKJOO ^whoYMLJO ^whyPQKPO ^wieSSNIM ^wouldKNOTP ^writeNQQLL ^xMTLOQ
^zeigeMNSNP ^вTNNLN ^какPUINN ^какаяNROMN ^каковаSJPOO ^ктоSNOLM ^напишиNQNON ^переведиJNVOO ^почемуOQOMO
^сколькоWMJNL ^чтоQOPMM ^яKOOTP a_aPPMOO a_bZOHKU a_cCMN^Q a_classIUOON a_dLONSQ a_dataSMNMO a_daySNOLN
a_goodQONON a_hOMNRN a_kPOKRO a_lSOOLN a_laKMOTO a_lasRLOON a_listVHOOH a_monthRONMQ a_queMNRNN a_quoiRPKOO
a_rowMKVOR a_tONMRO a_weekLNRPO a_yearROOMO abKMOTO aberNONRO aboutZHNKI about_theRNOMP accou-JTOON accountJTOOO
acros-MNOSQ acrossMNOSQ addHSROO afterKTRKQ after_theQQNLM agree-SKOOO aiWMLMM alMSGUN allDNSWM
all_functionsOJTOP alleLSMOO alongTKONO alpha-QJOSO alsNNOQO altRNOMO amQOPMM amoun-IVNNQ anSOKOL an_hourNOMSO
an_orderHVOOP anaLNVLP analy-SNMNO andIQRPU and_aRKKSP and_theMOMSP and_whatROOMO and_whyROOMP ander-LRQNP
andro-IVONO androidIVONO anosRNNNN ansUNLMN answe-RPNLM answerRPOLN anyTLOLI apiOROLO app[EMON applePJOSN
archi-JWNNN ardui-MSMOQ arduinoMSMOQ arePNSKL are_theSNOLN argum-SHNRQ argumentOLORQ arist-KOOTP aristotleKOOTP
arriv-OKPRO arriveKNQSP artic-RNOMN articleRNOMN asJMUPP askin-TLOMO askingTLOMO atNGYNS at_aLLSQU at_mIOUOP
at_theRLOOQ at_workSNNMM atten-SOKOO auQLNQM aufSSLJL ausMOQOO avecJPPQQ axLUKOL b_aNOLRM b_cOPPMU backu-KTNOO
backupKTNOO banan-NNUKM bankKTNON beMJOVS becau-MLOTQ becauseMLOTQ bedeu-QRLMN bedeutetQRLMN befor-OPNOS
beforeOPNOS behin-QROJO behindQROJO behind_theSOOKO beiRMONN beide-LOORO beimOSNLO bekom-RNONN bekommeSNOLN
bekomme_ichSNOMN benOOQMQ bench-KUNOO besch-NNRNO bestQPMML beste-UOKMN bette-QNLQN betterQNLQN betwe-OPLQO
betweenOPLQO between_aRLONN binMONRN binar-JNUOP binaryJNUOP birdIOOUO bisJNNVO bitteTNMMM blanc-JSNQP
blockLSOMO boMNORR bobNONQQ bonSOKOO bornLNNSN born_inKNNTO botKSOOQ bothGTQQS botto-LROOP bottomLROOP
bough-QKNQO boughtQKNQO boxPNLQN brauc-MORNO broth-MOLUN brotherMOMSN budge-SNLON budgetSNLON bugJUONO
buildLPOQR butLLOTO but_iRMONN byNOSLN c_estSOMMN cacheMRONQ cambi-KQOQO cameRNMPQ canONLSL can_beFNOYM
can_i[OMFK can_tNOMRP canno-MSOMR cannotMSOMQ carKMQSO cardMSONM carri-QMNPQ catMOOQO catsSOOKO ceTMMNM
ce_quiLOORP centLOROO chanc-MMUMO chanceMMUMO chang-NSMOO changeLUMNQ change_theLROOO charg-ULMNO cheSNOLO
checkNSLNK chienLNOSP child-SOMMM childrenSOMMN ciE]LMP classKSOON class-QLOPN classePLOPO claus-SKNPR
cleanRKOPN clien-MTNMP clientsLUNMP cmCPYPS codeOQNMN codig-RNONO coffe-RNMNN coffeeRNMNN coinONRNP coldQPLNO
colle-RMQLM colum-MSNNP combi-ONUJO combienONUJP combien_deQNQKO comeRPOKP comesLONTM comma-KUNNP commandeMRNOO
comme-NTLMP commentORMNP comment_faireKPORP commu-VNNJO comoOOGXP compa-TLMOQ compi-SKOOP compr-TMKOM
compu-NLUNR computeKMUOR conNRGUP con_elNNNRO concl-NMORM condu-RMONN confi-QOMOP conge-SMNNN conne-KWNLO
conso-MQQNP consu-LQPOO conte-IWOMP conti-LQOPN contr-NQLPQ contradictionMNNSO conve-IPUNT convertMLSOS
corre-TONLO correctRNOMN corri-LSOON costNPQMP couldKNNUO count-SMOMN cours-TMLOO cousi-JOOTP creat-MRONN
criti-RNNNP cssLROOM csvNRNNQ cualKOQQO cual_esNORNO cuand-PLOPO cuandoPLOPO cuant-KMTPP cuantosLOQPO
custo-MTNMN customersITOOP d_unLOTMP dansLNRPQ dans_laROLOO dans_leLNTNO darkRLOPO dasNZKIO dataKWMML dateKULPP
dayTKRKN day_andNNRMO daysONMRP deRLSKL de_deuxNKTOO de_laTLNMN de_tempsROLON de_unISVIO deadl-VKOMP decim-DPYOP
deduc-IOOVP defMSNNO degre-TNKON dejaLOOSO delSLMPM delet-ORMNO deleteNSMNP demPOLRO denNKMVP denti-RLNPN
depen-KUNNM depos-GXOON derMSISR deriv-RKQNP desOQMOR desdeRNMPO desig-OTJOR designOTJOR design_aOSJOQ
despi-SNNMN despu-JTMQP despuesJTMQP despues_deKTNPP deuxIMTRP diaUNHPN diago-MNROO diceROJQO dice_quePPLPO
didQLOPO did_theTNOKO dieQKRNO difer-QQNKO diferenciaPROLO diffe-QTJLN differencePULLN difference_betweenNTLNN
direSNMNN distr-KWLNQ doUPMKM do_iLPUKJ do_theTOLMO do_weOTNKO do_youQKMSP docke-MSMOQ doesNSQKM does_aVMIOM
does_itSNPJM does_notKROPO does_theROMOR does_thisLROOP dogKPNSO domin-SONMO doneLROOO doorMOORQ doppe-HWOMP
doppelteKSOOP dosFTTMQ dos_vecesMSOMO doubl-JSPNQ doubleKSPNP draftSLNNP draft_aSMNNP drawIRORO duTJLRM e_xNJVNQ
eachNONQQ each_otherLRPNQ eaddr-D^NLQ eaddrinuseD^NLQ eggsQOMNN einSQOIP eineLOROQ einemQNMPN einenQPMMO
einerLPTLP elNVIOO emplo-LSONR emptyMQOOO enTQLJL en_aLONSO en_elONNQO en_javaLRONP en_queSOLNN en_unaQKQON
entie-LVLMP entreTQOGO entwi-MUOLQ entwirfLUOLP equalKNVML equip-TNNMM erOONQO erkla-NQONN erklareLROOO esNFVQQ
es_laNQPMN escre-RNNNN escri-LROON escribeMROON estLIYNP est_ceOMPPO est_ilRNRJO estaLPPQO esteNRNNO etNQKQR
eteSNOMN euroRMPML eurosTMMNL everyIRRNR every-SNMNQ exact-KSPNQ examp-KTMQK exampleKTMQL excelNULMR exemp-NSLOO
exempleNSLOO expec-JTSKR expectedJTSKQ expla-PNLQO explainPOMPO expli-QOONO f_fKOOSQ f_sJNOUR f_xNKTNL factTNOKO
fairRLOOO faireQPKPO faitOQOMO falsc-KNOTP festUNLMN fichi-LSNOO filleQLOQO findJPNTR find_allOLSNQ
find_theNOKTP findeKNNUP finis-KPROP firstIUNPR fitLNLUP fiveINOVR flatRNOMO foisNQONN follo-SKOPS
followingQKOQO fooLTONO forURMIN for_aQMPNP for_allOJTOM for_anONMRP for_andLMTOO for_theOQOMP for_twoLMOTP
forme-LOULQ formu-JXNKQ fourQNONU fraseLOORO frida-ROMNP fridaySOMMO frien-PNQMO fromMOPPP from_aMNULO
from_theKLQSQ fullNMUKP funci-RNNNP funct-PGXMK functionPKSMJ functionsOJTOP funkt-UIOOO furURGNM fur_dieTMOLO
fur_eineSNNNN gehenMSMNO gesch-OMNRP getJSPOQ getsKPORO getti-SKOOO gettingSKOOO gibtQQLNP gibt_esROMOO gitLSNOO
giveNNSMR give_aLNVLP give_meNRNOM givenRONMO given_theTOOKN goJSNQP golfTMMON goneLOORP goodWMMKL googl-MSOMO
googleMSOMO grainMMOSP gramsINVOP grand-LOMTP grandeMOMSP grossLOSNP guest-OLORQ guestsOLORQ habeRNNNM
habenHMNYP habit-OMMRM hadLNRPO halfISPOS half_ofMTOMO handJRNQP happe-ONLSQ happenedMNLTP hasJMSRM hatPJTNN
haveJLI[O hayMORMO heLOPQN heiss-QORKO herMNPQM heuteRNNMN highMOTMP hijoKNOTO himTNOLQ hisNMORP histo-ROOMM
homeMNNRO horasTOKON hourNOMRN howJWSIN how_canLRMPO how_doTQKMO how_longQOPMN how_manyJLXNP how_muchQNOON
how_toJVLOP i_boughtSKOON i_doQPOLN i_getPJPRN i_haveTNJPP i_needKOSNN i_useNRNMN iceQOMPN ichRUMHJ ich_denRMONN
ich_dieLQNQO ich_inLSNOP idLSONP idaLNQQP ifCVTOM if_iNLVLP if_xJVMNN if_youLOOSO ilPNOOM ilsKNPRO imSMPML
imple-KUNOQ inPRRIQ in_aJMTRL in_denQOMOO in_goLTNOP in_myKSOOO in_thePOKRO indic-NSLON infor-SNNNM inputNSNNM
inste-NTPJQ insteadNTPJQ instead_ofJTPNR intLXIOO integ-KMVNQ inter-PNSJN interestOLTMP intoJRNRM into_theKTONO
ipadUKONN isKLPUP is_aRPIQR is_goneLOORO is_inSOJPP is_itSLSIN is_myLSNOO is_notNOMQS is_thatWNMJN is_theNNPPN
is_thereQQOLN is_thisMOOQO is_toNNNQO istQJQPQ ist_derQPOLO ist_dieLNPRO ist_esQOPLO itRJUJR itali-RNOMN
itsRJUKO japanSNNNO japonSNNLN javaF[NLS jePPKRN jourQOMOO jsLSONP justSLNOO justi-IXLNS kamSOLNO kannIMQTP
kann_ichONQMN keepMOOQO keinLNOSO keyNMORN keysJNOUN kg[MARL kilom-JOTOO kimMLNUP kinde-UOKNM kinderSOLON
kmQLUJP km_aTOJOO km_hINWNR kommtPPPKO koste-JOTOO laPLPPM langeRONNN lapto-KQNRP laptopJQORP lasNPNPO lastKUOMS
lauftLSONP leNPNQM learnSLONN leastLPNQP leaveQNMPR leave-ROMNO leavesROMNO leftPNNON lesROMMP letLRPNR
lette-LLNVR letterKLNVS lettr-ENTVP libra-OQNMM libraryNROMN lightLOQPQ light-ONMRP likeWLMLM likel-JNOTN
likelyLNOSM limitLUNMO lineMPNQP linea-KTNOO linesOQNNP listUIKSI list_ofXGOOH listeMTOMO liveTNMMN loRKNQO
logPMNQR logicSSOHO longSOOKQ longe-TOOJL longerTNOJM losNOMRQ los_dosOOMQP lostRKPOO lyingJOOTO lyonTLONN
maEL`KO ma_filleQLOPO machtRMPMO mainMPNQN maisKONTP makeQQJQM make_aSKMQN make_theKTOOO make_thisPQOKO malQMQLN
manQOOMN manyJLVPO many_peopleUNJON mapNSLOO maria-TKOON marke-SNNNP masINSRP mathsRONMM maxLONSO meXQLGK
meanVNINM mediaRLOOO mehrJNOUO meinRQLML meineRRNJN mereKOOSO mergeLROOP mesPMOPN messa-MRNNM metMLNTN
mettr-ROMNN mettreROMNN miPTLLM michLNOSO milkRLOON minut-RKKUP minuteRNQKP minutesMLKWQ mirRNNNN mitNQKSQ
modelKSONP model-PRLMQ modif-LUNMQ moisSNLNM monSQPIL monda-LNOSO mondayNOOQO moneyKSOOP monta-JSNQO montagJTNPO
monthORNMP montr-LNWLP moreOMPPQ mostLQMRL motIOPTP muchSMOMK mussPNIUO muss_ichTOKNN mustJNMWQ my[NODD
mysqlKTONQ n_nNQNOS naRNSIN nachMQPNP nach_demLOORP nameOXMIN neSPIPO need_forJOSOO neigh-QPOLN neverTNLMO
newNRONN nextKNKXU nichtOMNRO nieMPOQP nightLOMTO noIONVR nobod-ORNMO nobodyORNMO nochVKNMN nombr-NROMO
noonKOOSQ norma-SNKPP normalSNKPO notJSLRP notesSLONN notif-JUNNO nousLNOSO nowPPPMQ numbe-RMRKL numberNOSLT
number_ofNOSLQ numer-MOWIO nurOKNTP oderSMMOM ofTHWIL of_aITPNN of_mKOVLN of_myKPQPP of_theIMUQM of_twoNMSNN
offJNQTM off_theJMOVN ohneOSLNP oldXNMJM onPLTLP on_aLNUMN on_theNKNUP on_whichLOROP onceMSOMO oneHPQTV
one_isNOMRS onlyCVNVP ontJOPSP openRJPOQ opensNOOQQ opini-SOOKN opinionSOOKN orQTMJI or_aKOOSP or_theRRNJO
ordenMNROP orden-ITMQP orderLTONR ordreLNQQP otherJRQOP otraKOJXP ouQMLRO ourMRLQR outJQULR out_theKMVMO
overLOPPO ownKOOSQ pagin-KUNNP paginaKTNNP palab-KPPQO palabraKPPQO panda-LROOQ pandasLROOQ parNTLNO paraVNKMK
para_unaRLOON parag-UNNLN paragraphRNNMN pasMMNSP passeMPNQO patchE[NMQ paulLOORP peopl-LNNTP peopleLNNTP
perJRTLO permi-KTONO perroLOORP perso-MMPRN peutMNTMO peut_onMNTMO pieceNNOQO pizzaMNTMN planSLLQR plant-PMNPO
playRMNNP pleas-QNNNM pleaseQNNNM plotPWGON plusROPLO point-NRNOQ ponSLNON porMRMPP por_queOQOMP portMUNLP
posit-RQOJQ possi-MOLTO possibleNOLTO pourTLMOM pour_unRNOMN pour_uneSKONO pourq-PPONP pourquoiPPONP premi-NMSNP
premierKOSOO prepa-UNMLO prese-SLOON priceLOROQ prime-LOORQ primoLNTNO printMTMOP proMOTLO proba-MMSOP
proce-F[NMK produ-LNOSL productRMONM progr-XFOOM proofONSKO propo-KNTOP prote-SOKON proveKPTLX prove_thatNMSMS
prueb-KPSMP publi-LTNNN pudoGNNXP puedoSNNMM puert-IXMNP pushIUOOP putD[NNT put_inTLOMN pytho-PPNNH pythonPPNNI
quLPOQQ qu_estOMOQO quandITMRQ quand_jeLSONP queSOOKP que_elOSMLO que_esKPKVO que_faireRONLN que_laMOTLP
que_significaOQMOO quelNSQJN quel_estPOSJO quelle_estOOPMO queryLTNNP quest-TNOLN questionsRNONN quiMOMSQ
qui_estLONSP quienQNNNO quier-OMORN quoiTOJOM r_rOJTOR rangeLONSQ rateUNJOQ readLOPQQ recei-SLNON recip-JOTOP
recipeJOTOO recom-QLNQM recor-QQOKO recur-NQOOO reduc-MNORO regio-KWNKR regne-SOOLO relea-TJOOP releaseTJOOP
renew-MTNMN repar-JPTMO reque-JUONQ reser-QPKOP restKNOUN resul-KNSPN retir-JTOOP retur-KRPOK returnsMQOPK
rever-MTMNL reverseMTMNL revie-RMNOO reviewRMNOO riceLOTNN richPSJOO richt-ROOLP rightNNNQQ romanRNOMO roomTKNPL
rowMJVOS rowsNRNNP rudeTKOMN rulePQMNP runRJQOP runsJSNPQ s_aTNNLN s_theOOPNO saidROOMM salesMSNNP sameMTPKQ
sansMRNOP saysQRMLT scaleKOTON schla-RNRJN schoo-TNOKM schoolROOLN schre-ORNMM schreibNRNMM scrip-RMOOO seMRNON
secon-JVPKO secondLROOM secondsKVOLQ seeMQOON seinNNOQO seitRNNNN sente-PRMMO sentencePRMMO septe-ROOLO
serve-RMONO servi-NSOMR setKRRMR sevenNMMSP share-SKOON sheLOOSQ shoul-RTLJO shouldRTLJN should_iQRNJL showCYPPS
showsRNMPN siEOOYR sichPQLOO sieLOORR signi-RPLNP significaOQMOO sigueJNOVP simpl-QPOMN sinOQLPR sinceRMNOQ
sindNNPPP siste-MUKPP sitztKNMUO sixMLSPR sizeOTOIP soKLPUR softw-RMOOM soitLRQLP sollRNNNO soloNQMPP
solut-LNORO solveMMMUP solve_theLMNUO someo-PLNRN someonePLNRN sommeJRRNP sonVNPHM sontUNOJO sortNMNSM
soundLNNSO squar-INWNN stand-RMOMO starTOOJN star_warsTOOJN startRQMLM stati-KUOMP staysLPOPO stehtMRONO
stell-KMVMO stillTNNKM stopp-UMOLO stoppedUMOLO storeHWONR strat-ULNNR strategySMNNR strei-RNOMN suiteKNPSQ
sumKPSNP sum_ofMOSNO sunda-UNNKO surRRJOO syste-MQONP t_elleMONRO t_ilPNMQN tableLSLQQ table-LWLMN tableauLWLMO
tagRJNRO tageMORNP takeLMOSP takesIRNRJ tankSKQMM teamMSNOP team_ofKSOOO tellPLOQQ tempsROLON termi-ROMMN
testMSNNP testsJTOOQ textZLKKU thOOLRR thanMRMQM thatMVKNS theQQIQO the_bottomLROOO the_boxSOLNN
the_childrenSOOKN the_differenceOSLNP the_firstOLPPP the_followingQKORO the_interestKMVMO the_lastJSOPQ
the_libraryMRONO the_lightsKOOSO the_nameKSOOO the_pageLROOP the_ruleMNNSP the_sameMTPKR the_secondJSPOL
the_sumMORNK the_thOOMRO the_twoRNOMP theirSOOKR themKMTPR thenNNPPO therePQQKN therm-JOOTO theseQMNPP theyLMSPP
thinkROOLO thirdLONSR thisPTPHL this_forKOTNN threeTGLTT tieneLMRQP tiene-NOKTP toPPOLL to_aRNNNN to_keepISORO
to_learnRLOOO to_myQMOON to_theUMOLH todoKOSOQ toget-MMSON togetherMMSOO tomLNPRP tooROMNR topMTLOQ totalGTPQN
tradu-QMOON trainKONUM trans-QNONS trave-LNPRM treeLSONP tresMMQQP trock-KOOTP trouv-LPNRO trueXOOFJ tunSQNKN
turnRNMOM twiceKRQNP twice_asOORMQ twoJNOUU uberRNOMQ uhrPOLPN umJSOON unQUKKO unaQTHOO undMQMQT underPLMRP
uneTOHQO unityLSOOQ unoOOKSO unterLOOSO unter-MQONO unterschiedOROMO unterschied_zwischenOROMO untilJOUMR
upJKVPQ updat-VIOON updateWHOOM useKQNRO use_aJROQP usedSNMNN userLROOO usersIYLNO usesIQTNN valueMOQNN varLSONP
varia-OQOMN vaterLOORP vecesMSNMO verha-KNPSP verif-UIOPO versi-RNNNO versionRNNNO veutSNMNN vieleNNRMO
villa-QNLQN villageQNLQN vomTOLNN vonMPTLP vorSONKN voteQNONO vousSNOLM wallLPRNO wannSNOKM warNONQP warmKMMWO
warme-SKOON warsTOOJN warumNRNNO warum_istRNOLO wasNKOSN was_bedeutetQRLMN was_istNPMQO was_notMLOTP
was_theRNOML was_tunSQNKN wasse-RONNN waterONNQL wayKROOP way_toLSONN weSMNNO weekQMQMO welch-PJQQN welcheTLQKM
wennGROTR wentMNORQ wer_istJOOTP whatLKVOL what_areTNMNO what_doLMTPO what_doesPTKNM what_isQRMLL what_sJLYNP
what_shouldVNOJN whenLTPLQ when_iHTOQR whereQSLLM where_isQNONO whichRJPPQ which_dayMOSNP which_oneLOOSP
whileKUMOP whoRJKUQ who_isMNORP whyQQJQO why_doSMOMN why_isLSOMO wieMNTMP wie_langeQNNNN wie_vieleNORNO
wifiRNNNN willSLRKP wirRNMON withLSJSY with_aNMPRM with_fOJTOP witho-LTPLR withoutLTPLR wonSLNNP won_tRMOON
woranQPOLO wordNRMOO wordsMPLSQ workQLQNP work_outJMVOO worke-KOTON worksMRONQ wouldHNLZQ would_aKNOTP
would_youKPNSQ writeSMPLL write_aWNKML wurdeMNNSO x_cOWGON x_eNJVNP x_forOJTOM x_xMQPNM x_yOLSOQ xsNTLOP
y_laJORQP y_noMNNSO yaQPOLO yearPOSJO yearsOMTLQ youRJJVP you_haveNOLSP yourUMOKK zahle-NNSMP zahlenNNSMP
zeileMSOMP zuNNNRO zuruc-NQONO zuruckNQONO zweiHOVOQ zwisc-OROMO zwischenOROMO аренд-MNORO безJWNMP больш-JOSPP
большеKOSOP в_какомTONKO всеMNKVP встре-KNNTO годRQNLO дважд-JVOMO дваждыJVOMO двеOMSMO двухKUPLP делат-ROMNN
делатьROMNN деньTNJPN дляVPMJN днейLOROO доJNSRN докаж-MNROR ееQNOMO еслиHOOVQ если_вQPOLO заUMKON запро-LROOP
значи-PROKP значитPROKP идетROOMO изMNORP илиHYPKO какOQGUP какаяNRONN каков-RJSMO каковаRJSMO какомTONKO
кмNMTMO когдаPPONO кодWHOOO котор-MQOPP ктоRNNNO лиUKHTO машин-SNMON машинаSNMON месяц-ROLPO минутOOKSO мнеLNNTO
можетNONRP можноRNNNN можно_лиSONMN наRTFPK напис-RNOMN напиш-NQNON напишиNQNON неNPKRR недел-ONRMN однаLOQPP
онNONQP онаMONRP остав-KNOUO отQQPIN перев-DMUUP переведиJNVOO поNJVNP полож-QNNNN после-LROOP последнийLSOOP
почем-OQONO почемуOQONO приNUKNP прове-HNNWP произ-NOLSP прочи-IOOUP прочитатьIOOUP разде-IONVQ ребен-SNLON
сдела-MRNNO семьPNTIO сколь-QLSLP сколькоQLRLO стран-KTOOP такоеQPOLN телеф-SLMON триQONNP тысячVOJMN
функц-SLOOO челов-LNNTO человекKNOTO чемROOLP чиселKNUOQ числаPQRIN чтоVLIRP что_делатьROMNN что_значитPROKO
что_такоеQPOLN что_этоMOORP этоLNSOP ありKNNUO あるMNUMR いいZMLIK いうSOMNO いてPPMPN いなMMNSP いないMOOQP いのPNRLO いのはMQRMO
いまPLOQL いますPLOQM いるMONQP うすMSNNO うちMORNP うなLLOUP えてPLNRN えるNOMQO かかNRNNO からSHNSN かるLSOOO きなNSNLO きはLNSNO きまULMNM
くとOKOSO けるKSNQQ ことLQNPQ ことをMSOMQ このQPOMN この文ROOLN さいSOOLN しいRNONO したTNKNK してRUJKJ してもLSONO しまLQLSN すかPLORJ
するOXLIP ずつNOMRP せんVJNNL そのNOTKO たいQONON たのRNNNN だけMOOQP ちらOORLO ったKMNVQ ってSKJTO って何MOORO ていQLMRO ていなLNOSP
ていまVMOKM ているNONQP て何MOORO であKNPSQ でいSOOKO できQLOPO でしSOLNN ですYMMHI ですかRPOKL で何QNPMN とはMPNQN とをMSOMQ と何MNORO
どうSNJPN どうすMSNNO どうなLLOUP どこLOMTO どちOORLO どちらOORLO どのUNMLN どもRNNNN どれLNOSO ないMONRQ ないのOORLO なくMNORO ならLNOSP
なるMOOQP にしLNMUN にしてSNMNN になQPOMO になりROOLN にはKNLVQ に一KSOOO に入NNNRO に行RNMNN のうMORNP のうちMORNP のでSMNNN のはIPPSQ
のはなLROOP のコLROOO のスSNLON の和LOROP の文ROOLN の関LLQSO はどTLMON はどこSONMN はどのUNOKN はどれKNOTO はなRNNNO は一LONSP は何GNSTP
は大LMNTP ばいWOMJM ばいいWOMJM へのSMNNM ましSMNMM ましたRNNNM ますTOMLJ ますかMKOVM ませVJNNL ませんVJNNL までJNPTO ものLOORO もらRNNMN
もらえRNNMN よりLNOSP らいRNNNM らえRNNMN りまPLPON りますOLQPO るかJLNXP るとLRPMP るにNOMSQ るにはNOMSQ るのはMPNPP れるROLNO を日NMOSO
を書PQMOM を書いPQMOM を考QLNQN を考えQLNQN んだLNOSO んでROMNN んなSKOON アッTLMOO アップTLMOO インPMQNN ォーSOOKO カーQNPMO キャMNORO
キロTOKNN クトMQOOO クリNMOSO グラTKNON コンLSNNP スクNMOSP スタUNOKO スマSLONN ターSNOLN ップWLLMN デーTLNNN トがNRNOP トムMNORO トルOOKSO
パスSKOOO フィLNQPO プロSLNON プログSKOON ポーRLOOO マーTJOON ムのNONQP ムはMOORP ムをLQNQP メーPOKSN ランONQNO ルのRPMMO ログUJOOM
ログラSKOON ンはLNNTP ーのTKOON ータRLOPO ートUIMQN ードSLMPN ープQQLNO ールLSQLO 一个FQLYU 一人HOOWP 一年TOKNN 一次SNMNN 万円TOKNN 三个KMOVP
上海IOOUO 上的SOOLN 不是JNOUP 世界SNNLO 两个KNNVP 两次ITNPP 个人LLOTP 个月RNMON 为什NQNOP 为什么NQNOP 么办ORNMN 么意QQMMN 么意思QQMMN
么是IUOOO 了一UMOKN 人がNNORP 人のQNQLP 人都MOORP 什么SMCZO 什么意QQMMN 什么是IUOOO 以后OMNRO 会员LNOSO 会員LOORP 何かNNNRO 何をRQNKO
何日LNSNO 偶数OOLRO 公里SOKOO 出しQNONN 出来KMNVP 分けLROPP 分のVNHOO 分析PKNSO 分钟LQJUP 北京IOOUO 区别MROOO 厘米KNUOP 原因はOROLO 只有MONRO
可以TNKON 可能ALKdR 周一MNORO 周三LOOSO 哪个HNOVO 哪天JOOTP 哪里PKORO 因はOROLO 在哪KKOWO 在哪里PKORO 在最MNORP 坏了ROOLO 多久RNOMN 多少QKTLQ
大きMNNRP 大家ROOLN 天是LOORP 如果QOQLP 妈妈LOORO 子どRNNNN 子どもRNNNN 家賃KOSOO 小时QLNQO 小明LOORO 已经ROOLO 怎么QOJRO 怎么办ORNMN
怎样MONRP 意思MPMRO 所以KNOTP 手机QPMMN 才能MNOSO 投票KNNUO 放在INOVO 放学LOOSO 数のOOTJO 数学SNOLN 文をROMNN 日かKOPRO 日本ROOMM 时候UOKMN
是什PMMRO 是什么PMMRO 是谁UNNKN 显示RNMON 時にMNNSO 時間SNNNN 暖气ROOLN 曜日LNOSO 更新SLNNO 書いPQMOM 書いてOQMON 最后JPOSO 月のQNNON
查询E[NNP 次のNMSOO 每天XLLLN 比小LNOSP 没有HRNTP 测试JVNNP 点半MNOSO 用户KTNOO 甲乙GOQUP 的人LNNTP 的地OORLO 的时SOKOO 直しGXONN 程序WHNOO
等于LOROO 箱子JNOUP 考えPLNRO 考えてPLNRO 脚本RLOOO 要多LOROP 言いRNOMO 设计NTMNQ 证明NMROS 说明MOORP 起きKWMMP 都是MNORO 里的KNOSO 面包KONUO
验证MMMUO 高いROMON
"""


def word_points() -> dict[str, Points]:
    """The points of every word. Made when asked for: it takes milliseconds."""
    return {entry[:-5].replace("_", " "): _points(entry[-5:]) for entry in _WORDS.split()}


def _points(row: str) -> Points:
    general, code, math, reasoning, difficulty = [10 * (ord(sign) - 79) for sign in row]
    return general, code, math, reasoning, difficulty
