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

BASE: Final[Points] = (151, -27, -267, 144, 376)

FEATURE_POINTS: Final[Mapping[str, Points]] = {
    "code fence": (0, 1, 0, 0, 2),
    "backtick": (-10, 20, -3, -8, 11),
    "brace": (-31, 14, 6, 11, -13),
    "bracket": (-17, 30, -20, 7, 16),
    "parenthesis": (-55, 33, 14, 7, 13),
    "line ends in ;": (-5, 5, 4, -4, -8),
    "equals sign": (-47, 57, 0, -10, -10),
    "double sign": (-9, 46, -31, -6, 12),
    "LaTeX command": (-2, -17, 24, -5, 24),
    "dollar sign": (-16, -6, 54, -32, 0),
    "power sign": (-25, -22, 67, -21, 21),
    "underscore": (-32, 22, -10, 19, 4),
    "gap to fill": (-18, -14, -1, 33, -3),
    "pipe": (-8, 0, 12, -3, 19),
    "tag": (-7, 10, -2, -1, 2),
    "indented line": (-6, 24, -13, -5, 3),
    "docstring": (0, 12, -9, -2, -11),
    "quotation": (40, 12, -62, 9, 4),
    "percent sign": (-1, 2, 33, -34, 10),
    "arithmetic sign": (-51, 20, 48, -16, 19),
    "path": (-26, 43, 14, -31, 15),
    "question mark": (-9, -47, -15, 71, -5),
    "exclamation": (-18, 6, 17, -4, -3),
    "line": (1, 47, -53, 5, 6),
    "sentence": (-35, -36, -6, 77, 68),
    "colon": (15, -18, -81, 85, -3),
    "option list": (15, -41, 14, 12, -11),
    "choice": (2, -5, -3, 6, -3),
    "flag": (-21, 48, -9, -18, 7),
    "snake case": (-12, 23, -6, -5, -11),
    "piped command": (-3, 5, 0, -3, 13),
    "style rule": (-24, 31, -1, -6, 3),
    "statement": (-31, 67, -21, -15, -12),
    "dotted name": (-3, 25, -8, -14, -4),
    "file name": (-3, 5, -2, -1, -3),
    "algebra": (-10, -1, 28, -17, -2),
    "call": (-48, 70, 5, -27, 12),
    "equation": (-39, 7, 25, 7, 34),
    "number": (-9, -52, 75, -14, 40),
    "year": (-18, 5, -33, 46, -8),
    "clock": (6, -21, -38, 53, -16),
    "date": (13, -15, -22, 25, -32),
    "money": (4, -21, 42, -26, 8),
    "long number": (40, -10, -15, -15, 3),
    "sum": (24, -9, 36, -51, 6),
    "error name": (-15, 35, -1, -20, 8),
    "opens with auxiliary": (12, -26, -3, 17, -12),
    "single letter": (-44, 11, -2, 35, 32),
    "short": (20, 15, 56, -90, -120),
    "long": (83, -31, 41, -92, -45),
    "length": (0, 0, 0, 0, 19),
    "code name": (-164, 290, -54, -71, 63),
    "code thing": (-139, 302, -71, -93, 112),
    "code maybe": (0, 73, -27, -45, 13),
    "math name": (-57, -44, 144, -43, 42),
    "math act": (-54, -36, 110, -20, 33),
    "quantity question": (-8, -39, 125, -78, 4),
    "measure": (-9, -24, 45, -12, -1),
    "logic": (-64, -8, -39, 111, 59),
    "relation": (-29, -3, -21, 52, 42),
    "judgement": (-20, -10, 0, 30, -3),
    "edit": (46, 31, -11, -67, -63),
    "prose": (104, -24, -58, -23, -62),
    "service": (74, 38, -44, -68, -46),
    "world": (98, -30, -71, 3, -31),
    "fact question": (23, -3, -2, -18, 3),
    "small talk": (13, -7, -17, 11, -6),
    "hard": (-52, 18, 69, -35, 106),
    "easy": (24, 0, 22, -46, -17),
    "person": (66, -25, -29, -12, -75),
    "support": (69, 12, -66, -15, -48),
    "health": (70, -18, -38, -15, -10),
    "calendar": (32, -32, -44, 45, -26),
    "why": (41, 26, -53, -15, 1),
    "who and when": (29, -32, -28, 32, -6),
    "device": (-55, 124, -33, -37, 16),
    "advanced": (-49, -42, 92, -1, 44),
    "sums": (-55, -7, 105, -43, 7),
    "analogy": (-96, -33, -16, 146, 2),
    "quantity question & number": (-48, -23, 137, -67, 17),
    "measure & number": (1, -34, 24, 8, -13),
    "question mark & number": (-7, -6, 34, -21, -16),
    "math act & number": (-25, -1, 45, -20, 19),
    "math act & algebra": (-5, -11, 20, -4, -20),
    "math name & algebra": (-6, -15, 25, -4, -27),
    "math name & math act": (-11, 3, 16, -8, -17),
    "code maybe & code name": (0, 21, -9, -13, -6),
    "code maybe & code thing": (10, 11, 2, -22, -23),
    "code maybe & prose": (16, 10, -8, -17, 8),
    "code maybe & world": (29, 4, -1, -31, -13),
    "code maybe & parenthesis": (-21, -3, 4, 20, -3),
    "code thing & code name": (-22, 42, -11, -9, 9),
    "code thing & prose": (19, -11, -3, -5, 9),
    "code thing & number": (12, 25, -26, -11, -18),
    "code name & prose": (-6, 33, -4, -23, -4),
    "math name & prose": (2, 0, 0, -1, 5),
    "math name & world": (16, -8, -1, -6, 4),
    "prose & world": (34, -28, 4, -11, -8),
    "service & world": (24, 35, -4, -55, -22),
    "service & question mark": (-38, 58, 8, -29, 17),
    "logic & question mark": (24, -33, -12, 20, 12),
    "logic & relation": (18, -5, -1, -12, -12),
    "logic & sentence": (-10, -14, 7, 18, -20),
    "relation & question mark": (-30, -13, 16, 27, 9),
    "relation & number": (-23, 20, 8, -5, 10),
    "judgement & option list": (-15, -8, -2, 25, -19),
    "world & option list": (-4, -9, 4, 9, 23),
    "question mark & option list": (9, -12, 1, 1, -6),
    "math name & option list": (-1, 0, 3, -2, -13),
    "number & option list": (-7, -20, 19, 9, 41),
    "judgement & question mark": (23, -6, -26, 8, 8),
    "fact question & question mark": (24, -16, 8, -16, -17),
    "LaTeX command & dollar sign": (-2, -16, 22, -4, 5),
    "brace & LaTeX command": (-1, -13, 17, -3, -1),
    "line ends in ; & indented line": (-1, 6, -4, -2, 0),
    "measure & sentence": (13, 0, 16, -29, 6),
    "short & algebra": (-10, 9, 15, -13, 52),
    "short & number": (8, -2, 51, -57, 9),
    "code maybe & measure": (-2, -10, 2, 10, -10),
    "person & number": (-8, -4, 13, -1, -5),
    "support & number": (47, -9, -38, -1, -10),
    "health & number": (39, -4, -32, -2, -22),
    "calendar & number": (32, 0, -26, -6, -19),
    "calendar & question mark": (-4, 2, 1, 1, 21),
    "person & question mark": (-34, 14, 41, -21, 0),
    "person & world": (-40, 6, 25, 9, -15),
    "person & code maybe": (18, -11, 3, -10, 23),
    "person & device": (-2, 3, 2, -3, 7),
    "device & code maybe": (27, -34, -1, 7, 1),
    "device & code thing": (2, 4, -4, -2, 14),
    "who and when & question mark": (25, -37, 9, 3, 2),
    "who and when & number": (20, 5, -1, -23, -9),
    "who and when & sentence": (-44, -22, 43, 23, 26),
    "why & question mark": (17, 16, -27, -6, -1),
    "why & world": (-30, 9, -15, 36, -2),
    "why & logic": (-24, 15, -4, 13, -9),
    "opens with auxiliary & question mark": (-1, -14, -1, 17, -7),
    "opens with auxiliary & sentence": (8, 0, 0, -7, -1),
    "sum & question mark": (4, 3, 24, -31, -10),
    "measure & question mark": (11, -7, 10, -14, -6),
    "relation & sentence": (31, -8, -6, -18, -9),
    "sentence & question mark": (-84, -36, 29, 91, 68),
    "money & quantity question": (-7, -2, 15, -6, 21),
    "clock & world": (-17, -3, 10, 11, 3),
    "support & device": (11, -11, -2, 2, -5),
    "quantity question & sentence": (-28, -7, 67, -32, -30),
    "world & question mark": (-15, -31, 22, 24, -7),
    "code thing & world": (11, 7, -5, -12, -3),
    "code maybe & number": (15, 0, -10, -6, -12),
    "year & question mark": (-7, -10, -30, 46, -15),
    "logic & parenthesis": (-4, 12, 3, -10, -9),
    "edit & quotation": (38, -12, -4, -22, -21),
    "edit & colon": (102, -21, -28, -53, -49),
    "edit & sentence": (40, -5, -5, -30, -9),
    "edit & question mark": (16, -1, -1, -15, 9),
    "logic & calendar": (13, -2, -1, -10, 14),
    "relation & calendar": (18, -10, -12, 4, 13),
    "support & question mark": (25, -12, -10, -3, -6),
    "health & question mark": (48, -6, -28, -15, -10),
    "code thing & question mark": (-5, 43, 3, -42, 8),
    "code thing & device": (2, 4, -4, -2, 14),
    "number without question mark": (18, 21, 19, -58, 4),
    "code maybe without code thing": (-18, 63, -26, -19, -1),
    "code maybe without service": (-26, 63, -39, 2, -4),
    "math name without number": (-14, -13, 58, -32, 13),
    "math act without number": (-29, -35, 64, 0, 6),
    "relation without number": (-8, -21, -29, 58, 30),
    "logic without number": (-15, -29, 3, 40, 61),
    "quantity question without number": (40, -16, -13, -11, -12),
    "question mark without option list": (-18, -35, -17, 69, 3),
    "brace without LaTeX command": (-30, 28, -13, 14, -13),
    "world without number": (24, -27, -18, 21, -25),
    "judgement without option list": (-5, -1, 2, 4, 13),
    "logic without person": (-43, -6, -42, 92, -1),
    "number without person": (-19, -7, 38, -13, 4),
    "code maybe without world": (-28, 51, -16, -7, 3),
    "question mark without world": (7, -16, -37, 45, -4),
    "relation without person": (6, 2, -4, -4, -17),
    "sentence without person": (-36, -27, 31, 32, -35),
    "measure without person": (8, -9, 34, -34, 5),
    "why without person": (47, -4, -41, -2, 11),
    "math name without person": (-80, -29, 145, -37, 40),
}

_WORDS: Final = """
^aRNRKO ^addLLWNN ^afterNSOLP ^bestSLNOO ^cJVNNN ^canRMOON ^combienRNQKN ^commentOVMKN ^comoRUMIO ^compareRMONO
^computeLNSOQ ^convertNLSOO ^couldKNOTP ^cuantoROJQN ^deJNVNO ^derVKMNN ^designOTJOR ^dieSLRJO ^differenceMQOOO
^dockerOQMOP ^doesKMVMP ^draftSLNNP ^einKMUNP ^elRMMPP ^entwirfLVOLP ^erklareKROOO ^escribeMROON ^estOOSKO
^excelNRNOP ^fLMTOO ^findNKPST ^fourOOKSP ^giveSOMML ^givenROOLM ^howZOLGQ ^iPIRPL ^ichNNOQN ^ifIMTSQ ^inMNPQR
^integrateKNUOP ^isZJHOM ^istTONKO ^javaMRONQ ^jeQMMPN ^kannSNOLN ^laQNRKO ^leTLKQN ^maWLPIN ^makeQRNKN
^meinSPMLM ^meinePROKO ^miNSPKN ^monORNNN ^myPQQKN ^ourIVNOQ ^proveLLWMT ^pruebaLNTNP ^pythonLROOO ^quandRPOLN
^quePRKOK ^quelQRJON ^quelleNQONN ^quiRNNNN ^quienRONMN ^rRPKOO ^schreibLSOON ^seRNOMN ^showJTPOR ^solveMNMTP
^sortOJOTO ^theNKQQO ^threeLMQQQ ^trouveNMORO ^twoPQNMO ^unLMTNQ ^uneJQORO ^wannRONMN ^wasOOPMM ^welcheULPKM
^wennMOOQP ^werSNNLM ^whatVSGLO ^whenLQOPQ ^whichYKKMO ^whileNQNOP ^whoYNLIO ^whyPQLPO ^wieSSMIN ^wouldKNOTP
^writePSMLM ^xMTLOQ ^zeigeMNSNP ^вRNNNN ^еслиMNOQP ^какPUINN ^какаяNROMO ^каковаSJPOO ^ктоTNNLM ^можноRNNMN
^напишиNQNON ^переведиIMWOO ^почемуOPOMO ^сколькоVNJNM ^чтоQNPMM ^яKNOTP a_aPPMOO a_bZOHKT a_cCLN^Q a_classIUOON
a_dLONTP a_daySNOMN a_functionOLSOO a_goodQOMON a_kPOKRO a_kgSOKOO a_laMMORO a_lasQLOPN a_listVHOOI a_quoiSPKNO
a_rowMKVOR a_tONMRO a_weekLNRPO abJMPUP aberMONRO aboutZINKJ about_aQNOON about_theRNOMO accou-JTOOO
accountJTOOO acros-MNOSQ acrossMNOSQ addHSROO afterKSSKQ after_theQQNLM agree-RKOPO aiUMLMM alOPGWO allDNSXM
all_functionsOJTOP alleLSLPO alongTKONO alpha-QJORO alsMNORO amPOPNM amoun-HWONP anROLOM an_hourNOMSP
an_orderHVONP anaLNUMP analy-TNMMO andJRPPT and_aRKKTP and_iPMOQP and_theMNMTO and_whatROOMO and_whyRNOMP
ander-LQQNO andro-JVOMO androidJVOMO angleNOTKR anima-MPNQO anosRNMNN ansUNKNN answe-RPNKM answerRPNKN anySNOLJ
apiNRONO app[EMON applePKOSN archi-IWNMO ardui-MSNOQ arduinoMSNOQ areQNQLM are_theSNOLN argum-RJOPR
argumentPKORP arist-KOOTP aristotleKOOTP arriv-OKORO arriveLNPRP artic-SNOMN articleSNOMN asILVPP askin-TMOMO
askingTMOMO atNGYNS at_aKLSRT at_theSLONP at_whatKOSOP at_workSNNMN atten-SOKOO auQLNQM aufUUGKL autom-MSONO
avecGPTQP b_aNOLSM b_cOPPMT backRNOMN backu-JUNOO backupJUNOO banan-ONTKN bankLTNON beMJOVR becau-MLOTQ
becauseMLOTQ bedeu-ROMMN bedeutetROMMN befor-OPNPS beforeOPNPS behin-RROJO behindRROJO behind_theSOOKO beiRMNNO
beide-LOORO bekom-RNOMN bekommeRNOMN bekomme_ichSNOMN besch-NNRNO bestQQNMM beste-UOLLN bette-QNLQN betterQNLQN
betwe-OPLQO betweenOPLQO between_aSLONN bikeROLOO billLOQPN binLONSN birdJOOUO birth-NOMRN birthdayNOMRN
bisLONSO bitteRONMN blanc-ISNQP blancoKTOOO blockMTOMO boLNOSR bobNONQP bornMNNSO born_inLNNTO botKTOOP
bothGUOPR botto-LROOP bottomLROOP bough-QKNQO boughtQKNQO boxPNLQN branc-NSMNN branchNRMNN brauc-NORMO
broth-MOLUN brotherNOMRN budge-TNKON budgetTNKON bugJUONO buildLPOQQ butMLOUO but_iRMONN byOORLN cacheMSONP
calmTKONN cambi-LNOSO cameQNMPQ canONLTL can_beFNOYM can_i[OMEK can_tMOMRP canno-MROMR cannotMROMQ carJNQSO
cardsNMSOO carri-QMNPQ catMOORO catsSOOKO cause-MOOQP ceUMMMM ce_quiLOORO centLORNO certi-MSNMO certificateMSNMO
chanc-NMSNO chanceNMSNO chang-NQMPO changeMSMOQ charg-RNMOO cheSNOLO checkNSMNK chick-POKRO chickenPOKRO
chienMNORP child-SOMMM childrenSOMMN circl-KSPOO circleKSPOO claseLSONO classKSOON class_forKTOOO class-SMOMN
classeSMOMO claus-SKNPQ cleanSKOON clien-MSNMP clientsLUNMP clockMOSMP cmCOZPR codeORNMM codig-RNONO coffe-SOMNN
coffeeSOMNN coinONRNP colla-NTKOO colou-MOORQ colum-MTNNP combi-PNTJO combienPNTJP combien_deRNPKO comeRPOKP
comesNOMSM comes_nextMOMSO comma-LUNNP commandeMRNOO comme-OTLMP commentOSLNP comment_faireKPOSP commu-VNNJO
comoPOFXO compa-SMMOQ compareRNNNP compi-SKOOP compl-MNORQ compr-TNKON compu-OMSNQ computeLMSOR compute_theLNSOQ
conKRJUP concl-NMORN conne-KWNLO consi-QPLNP conso-LRQMP consu-MROOO conta-NRMOL conte-HXONP conti-KPOQN
contr-MQMQQ contradictionNNNRO conve-JPTNT convertNLSOR corre-TONLO correctSNOMN corri-KSOON costNPQMP
costsMORNO couldKNNUO counc-ROOLM councilROOLM count-SMOMN cours-TMLON cousi-JOOTP criti-RNNNP cssLSONM csvNRNNQ
cualKOQQO cual_esNOQNO cuand-PLOQO cuandoPLOQO cuant-KMUPP cuantosLOQPO curre-NRONP currentMRONN custo-LTNNO
customersITOPP d_unLOTMO daPOOMP dansNNSMQ dans_leLNTNO dasLZLIO dataORNML dateJTLQP daugh-ONMRO daySKRLN
day_andNNSMO daysOOMQP deRJVKM de_deuxMKTOO de_laSMNNN de_maKPORO de_miMPMRO de_tempsTOKON de_unMOWJO de_yNOLTP
deadl-VKOMP decim-HTQOP deduc-IOOVP defMSNNO degre-TNKON delTMMMM delet-NSNMO deleteNSNNP demQOMOO denNLMUP
denti-SKNPN depen-JUNNM depos-GWOON depui-PPMON depuisPPMON derPTIOQ deriv-RKQNP desOQMPQ desdeQNMPO desig-OTJOR
designOTJOR design_aOTJOQ despu-KTNPP despuesKTNPP despues_deKTNPP deuxKMPSP diaVNGPN diago-MNROO diceSOKOO
dice_queQPLOO didQLOOO did_theUNOKO dieRKQNO difer-RQOKO diferenciaPQOLO diffe-PTKMN differenceOULMN
difference_betweenOTLMN digoTNOLN direSNMON distr-KWLNQ doUPLJN do_iLPUKK do_theSOMMO do_weNTNLO do_youRKLSP
docke-MSMOQ dockerOQMOQ doesNTQJM does_aVNJON does_itTOPJM does_notKROPO does_theROMOQ does_thisLROOO dogKPMTP
donRNOMP don_tRNOMP doneLROOO doorLOORQ doppe-KSPNP doppelteKSOOP dosJQQOQ dos_vecesLTONO doubl-JSQNP
doubleLSPMP draftTLNNP draft_aSMNNP drawJROQO dreiNPQMQ duWLLLN duraRONMO e_xNJVNQ eachNPMQQ each_otherLSPMQ
echoMTOLP ecris_unQMOON einRROIP eineLOROQ einenQQNLO einerLPTLP elPVIMN emptyLROOO enTRLKL en_aMONRO
en_javaMRONP en_queROLON en_unaRKQON entie-LVLMP entreTQOHO entwi-MUOKQ entwirfLVOLP equalJNWML equip-TNNMM
erQNNNO erkla-NQONN erklareLROOO esMGVRQ es_laNQPMN escre-RNNNN escri-LQOON escribeMROON estJJZNP est_ceQMPOO
est_ilRNRIO est_leQONOO estaLPOQO esteNRNNO etMSJSR eteSNOMN euroRNPLL eurosUMKNL everyIRROQ every-SNMNQ
exact-KSPNQ examp-KTMQL exampleKTMQL excelNULMR exemp-NSLOO exempleNSLOO expec-JTSKR expectedJTSKQ expla-ONLTO
explainONLRO explain_theQONNP expli-QONNO f_fJOOSP f_sJNOUQ f_xNKTNL factUNOKO factu-ROMNN faireQPJQO
falsc-KOOSP famil-RMONN fellROMNP fichi-MRNOO filePPNNO filleRLOOO findJPNUQ find_allOKTNQ find_theMPJUP
findeKNNUP finde_ichLOORP finis-KPROP firstHVNPR fitINOUP fiveIOOVQ flourJOTON foisMRPMN follo-SKOPR
followingPKORO fooLTONO forVOOIO for_aQNONP for_anONMRP for_andJOUOO for_peopleKOSOO for_theOQOMP for_twoMMOSO
for_xNQONO forme-LOTLQ formu-JYNKP fourQNONT foxMMOSP fraseMOORO frida-RONNP fridayRONNO frien-PNQMO fromMOQPP
from_aMNULO from_theLMPSP fullMNULP funci-RNNMO funct-PFYMK functionPKSMK functionsOJTOP funkt-UIOOO furSRHPN
fur_dieTMOLO fur_eineTMMNN gener-UKOMO getKSOOP getsKQORO getti-TKOOO gettingTKOOO gibtPQLOP gibt_esQOMOO
gitLSNNO giveMNTLR give_aKNVLP give_meMRNON givenRONMO given_theTOOKN goITNQP goneLOORP goodVMMKL grainMMOSP
grand-LOMTP grandeMONSP grossLORNP group_ofNNRNQ guest-PLORP guestsPLORP habeQNNNM habenGMNZP habit-NNNSM
hadLNQPO hagoQPMNN halfISQOR half_ofMSOMO handJRNQP happe-ONLSQ happenedMNLTP hasKMSRM hatOJTOO haveKLI[O
have_toOOMRN hayMOSMO heLPPQN heiss-PORKO herMNPQM hereQLNQP heuteRNNNN highMOSLP himTMOLQ hisNNORP homeMNNSO
horasTOKON hourNOLSN hoursQNQLL howJWRIO how_canMRMPO how_doSQKMP how_longROOMN how_manyKLWNP how_muchOMQON
how_toKVLOP i_boughtSKOON i_doQPOLO i_getOJQRN i_haveTNJPP i_keepSLONO i_needKOTNN i_useNROMN icela-SNMNN
icelandSNMNN ichSUKIJ ich_dieLQNQO ich_inMRNNP idLTONP idaLNQQP ifCVTOM if_iOLULO if_xKVMNN if_youLOOSO ilPONOM
imSMONL imple-IVNOQ impor-OQONN importMQONO inPRPJQ in_aGMWRM in_denQOLPO in_goLTNOP in_myLSONO in_thePNLSO
indic-NSLON inputMSNNM insta-LSONP inste-NTOKQ insteadNTOKQ instead_ofJUONR intLYIOO integ-JMWNP inter-PNTIN
interestOLTMP intoJRNRM into_aNMORN into_theKTONO isILRUP is_aPQJQR is_goneLOORO is_itTLSIN is_myNQMOO
is_notNOMQS is_thatXOMIN is_theNNOQN is_thereQQOLN is_toLNNTO is_tooROMOO istOKRQQ ist_derQPOLO ist_dieLNPRO
ist_esROPLO itRKUJQ it_trueTOOJO itsRJVKO japanSNNNO japonSNNLN javaE[NLR jeOPKRN jourPPMOO jsLSONP justRLNOO
justi-JYLMR kamROMNO kannINRTP kann_ichONRMO keepLPOQO keinLNOSO keyOMORN keysJNOUN kgYMDRM kilom-KOSOO kimLMNUP
kinde-UOLLM kinderSOLNN kmNMWJP km_hJNVMQ kommtPPPLO koste-KOSOO laPISPM lampKOOTO landROOLN langeSOMNN
lapto-JQNSP laptopJQOSP lasPLNQO lastKUOMR lauftMSONO leMQMQM learnTLONO leastMPOQP leave-RONNO leavesRONNO
leftPNNOO left_ofLOPQQ lesSPMMP lette-LLNVR letterKMNVS lettr-ENSVP libra-NRNNN libraryNRONN lightMOPPQ
light-ONMRP lightsNOMQO likeVLNLN like_toRNOMN likel-KNOTN likelyLOOSM limitLVMMO lineMPNQP linesOPNNP listVHLRJ
list_ofWGOOI listeMSONO liveUNLMN loQKNQO logicSROHO longSOOKQ longe-TNOJL longerTNOJM losOPLQP los_dosOOMRP
lostQKPOO lyonSLONN maEL`KO ma_filleRLOOO machtTMMNO mainMPNQN maisKNNTO makeQRJPM make_aSKMQN make_theKSONO
make_thisPQOLO malQMPMN manQOOMO manyJLVPO mapNRMOO maria-TKOON marke-SMNNP masHNRSP mathsSONMM maxMONRO
mayONNPR meWRLGL meanVNJNM mehrJNOUO meinQQLNM meineSQNJN meine-RNMPM mereLOOSO messa-MSNNN messageQNONN
metNLNTN miOUKNM miaNNORP michLNOSO milesKNTOL milkRLOPN minut-PLKUP minuteQNQLP minutesLMKWQ mirRNNNN
mista-RNNMN mitMPLRR modelLSONP model-OSLMQ moisSOMNN monSPPJL monda-LNORO mondayNOOQO moneyJTOOP monta-JTNPO
montagJTNPO monthNSOMQ montr-KNWLP moreLOPQQ mostMQNQM motIOPTP muchQMQML multi-OSMNO museu-MOMSO mussRNISO
muss_ichSOLNN mustJMNWQ my[NODF mysqlLTONP n_nNQNOR naRNSHN nachOQOMO nameOWMIN neSPIPO needPOPNP need_forJPTOO
needsLOORR neverUNLMO newMRONO nextKMMWT niceQMOON nichtNNNSO nightMOMTO noIQMUR nobod-OQNMO nobodyOQNMO
nochVKMNN nombr-NROLO noonKOOSQ norma-SNKPP normalSNKPO notKSLRP notif-JUNNO nowOPPMQ numbe-RMRKM numberNOSLS
number_ofNOSLP numer-MOWIO nurOKNTP oderUMMMM ofTIWIM of_aJTPNN of_mMOTLN of_myLQOPO of_theIMTRN of_twoNMSNN
offHNSTM off_theJMOVN ohneOSLNP oldXMMIM onPJWKP on_aMNTMN on_theNJNUP on_whichLOSNP onceMSONO oneFPQVV
one_isNOMRR onlyBVNVP openRJPPQ opensMOOQQ opini-SOOKN opinionSOOKN optio-QNONP orQTNIJ or_aKOOSP or_thePQOLO
orderNTNLQ otherKRQNP otraKOJXP ouSMLPO ourKSMQR outJPVLQ out_aLTMOO out_theKMVMO overMOPPO ownKOOSQ padreLONSO
pagin-KTNNP paginaKTNNP palab-KPPQO palabraKPPQO panda-MROOQ pandasMROOQ parOSLNO paraWNKML para_unaSLOON
parag-UNNLN paragraphRNNMN pasMMNTP passeMPNQO passiertNOMRP patchE[NMP paulLOORP pearPKORO peopl-KNOTP
peopleKNOTP perKSSLO permi-KTONO perroKOOSP perso-NMORN personneMONRO peutONSLO peut_onNNSLO phoneMQOOO
pieceNNORO pizzaMNTMN planULLNQ pleas-RNNNN pleaseRNNNN plotPWFOO plusRONMO point-NRNOQ pointsRMNOQ porMNOQP
portMVNKP posit-RQOJP possi-MOLUO possibleMOLTO pourSMMNN pour_uneSLONO premi-MMSNP premierKOSNO prepa-TNMLO
prese-SLOON priceLOROQ primoLNTNO printLTMNP print-QPOMP proMOTLO proba-LMTOP proce-E[NMK progr-XFOOM proofONTKO
propo-JNTPO proveKPULX prove_thatNMSMR prueb-KPTMP publi-LTNNN pudoHNNXP puedoSNNMN puert-IXMNP pushIUOOP
putD]NNS put_inTLOMN pytho-QONNI pythonQONNJ quLPOQP qu_estPMOQO quandKSNPP queRPOLP que_elOSNMO que_esJQLVO
que_faireRONMN que_laMOTLP que_lesROOLO que_seMNORO quelLSPMO quel_estPOTJO quelle_estPNPMN queryLTNNP
quest-SNOLO questionsRNONO quiLOMSP qui_estKONTP quienQNNNO quoiRQJON r_rOJTOQ rainQONNN rangeKPMTQ rateTNKNP
readJOQRQ reaso-QNONM reasonQOONM recei-SKNON recip-JOUOP recipeJOTOO recom-QLNQM recor-QPOLO recordOSOLO
recur-MROOO redig-RNNON redigeRNNON regio-KXNKR regne-ROOLO relea-SJOPP releaseSJOPP renew-LTNMN renvo-ORLOP
repar-IQUMO reque-IUONQ reser-RPKOP retir-JTOOP retur-KSNOK returnNQNOP returnsLROPL rever-MTMNM reverseMTMNM
revie-RMOOO reviewRMOOO riceLOSNN richPSIOO rightONNQQ roomTKNOM rowMJVOR rowsNRNNP rudeUKOMN ruleORMNP runRJQOP
runsJTNPQ s_aTNNLN saidROOMM salesJTNOP sameMTPKQ sansMRNOP sayQMMPP saysSQMKS scaleKOSOO schla-RNQKN
schoo-UNOJM schoolROOLN schre-NRNNN schreibNSNNM scrip-RLOOO scriptRMOOP seMUMLO se_passeLPOQO secon-IVRLO
secondKROOM secondsKTQLP seeMQOON seitRNNNN sente-QRMLO sentenceQRMMO serve-RMONO servi-NSOMR setKRRLQ
sevenNMMSP sharePMMRO share-SKOON sheKNOSP shoul-STLIO shouldSTLIO should_iQRNJL showDXPQR showsRNMPN siFMOZQ
sichQPMNN sieLOPQQ signi-TNMMO sigueJNOVP sinOQKQQ sinceRMNOQ sindNNQNP siste-MUJPP sitztKNMUO sixLLSPQ
sizePTOIP soLLOVR softw-RMONN sollSNNMO soloNQMPP solut-LNORO solveNMMTP solve_theMMNTO someNNOQP someo-PKNRN
someonePKNRN sommeJQSNP sonVNOHM sontUOOJO sortMNNSM soundLNOSO spiel-RNONN splitLRPNO sqlNQOOQ squar-INWNN
squareMORON stand-RMONO startROOLM stati-KUOMP staysLPOPO stillTNNKM stopp-ULOLO stoppedULOLO storeHWONQ
strat-ULMNR strategySMNNQ strei-ROOMN strin-PRMNQ suiteJNPTQ sumKPSNP sum_ofMOSNO sunda-TNNKO surQRJOO
syste-NRONP t_elleNONQO t_ilPNMQN tableLSLQQ table-LWLMN tableauLWLMO tagRJNRO tageLOROP takeMMNSP takesHSNSK
tankRLQMM teamMSNOP team_ofKSOOO tellOLORP tempsTOKNN termi-SOMMN testNRNOO testsJUOOQ textYMKLU thONLRR
thanMRLRM thatMXIOS that_theNOOPN theRRHQO the_appTJOOO the_bottomLROOO the_boxROMNN the_childrenSOOKN
the_councilROOLN the_currentMRONN the_differencePSLMO the_firstOLPQP the_followingPKORO the_interestKMWMO
the_lastJROQQ the_libraryLSONO the_lightsKOOSP the_nameKSOOO the_nextLNOSP the_pageMROOO the_ruleMNNTP
the_sameMTPKR the_secondITQOM the_sumMORNL the_thOOMRO the_thirdONNRQ the_twoSNOMO theirSOOLR themJMUPQ
thenNNPPO therePQOLN therm-JOOUO theseQMNPP theyMMSPP thinkROOLO thirdLONRQ thisQTPGL this_forLOSNN threeSHLTT
tieneKNQQP tiene-OOKTP timePROLN toQPOLM to_aQMOON to_keepISORO to_learnSLONO to_myQMOON to_ofKUMOP to_theTMOMI
todoJOTOQ toget-MMROO togetherMMROO tomKNPSP tooSOLNR topNSKOP totalGUPQN trainHOOVN trans-QNONR trave-LNPRN
treeLRONP tresOMQNO trock-KOOTP trouv-LQNRO trouveNMORO trouve_unNMORO trouverMRNOO trueXOOFJ true_thatSOOKO
tunRPNKO turnQNMOM twiceKSQNP twoJNOTT two_peopleNRMOP uberPOONQ uhrPOMQN umISPON unPWKJP unaSRHNN undOQLPS
undef-NPOOQ undefinedNPOOQ underQLMRP uneTMKQN unityKTOOQ unoOOLSO unterLOOSO unterschiedOQOMO
unterschied_zwischenOQOMO untilKOUMQ upJKWPP updat-VIOON updateVIOON useKQNRO use_aJROQP usedTNLNN userLSOOO
usersMTMNO usesHQTNN valueMORNO varia-OROLN vecesMTNNO verha-LNPSP verif-UIOOO veutSNMNN vielNNQOO vieleMOSNO
villa-QNLPN villageQNLPN visit-MMOSO vomTOLMN vonKPTMP vorSONLO vousSNOLM wannSNPKN warMONRP warmHNNYO
warme-SKOON warumNRNNO wasOJOTN was_bedeutetROMMN was_istMPMQO was_notLLOUP was_theRNOML was_tunRPNLO waterONMQL
wayKSOOP way_toLSOON weRNMON weekQMPNO welch-PJQPN welcheULQKN welcherMNPQP wennLOORP wentMNORQ werQNNOO
wer_istJOOTP whatMLSPL what_areTNMMO what_doNMROO what_doesOTLMM what_isQSMKL what_sKMWNP what_shouldVNOJN
whenLTPLQ when_aSLONM when_iJROQQ when_shouldMROON whereQTLKM whichPJPRQ which_dayMOSMP which_isLPPPO
which_oneLOOSP whileKUMOP whoRJKVQ who_isMNORP whyPPJQO why_doSMOLN why_isNRONO wieNNTKP wie_langeRNMNN
wie_vielNNQNO wie_vieleMORNO wifiRNNNN willRLRKO wirRNMON withLRLRX with_aOMNQN with_fOJTOP witho-LUPLR
withoutLUPLR wonTLNNP won_tRMOON wordNSMOO wordsNPLSQ workQLRMP work_outJMVOO worke-KOTNO worksMRNOQ worthRONNN
wouldGNL[Q would_aKNNTP would_youJPNSQ writeUOLLM write_aUNKMM wroteROOMN wurdeMNMSO x_cOWGON x_eNJVNP
x_forOJTON x_xMQPNM x_yOKSOQ xsNSLOP y_laJORQP y_noMNNSO y_xOMROO yaQPOLN yearQOTIO yearsPNRMQ yeste-RNONO
yesterdayRNONO youRIJWP you_haveNOLSP yourTMOLL zahle-NNSMP zahlenNNSMP zuLONRO zuruc-NRONO zuruckNQONO
zweiMNQPQ zweit-LSONO zweiteLSONO zwisc-OQOMO zwischenOQOMO безJWNMP больш-IOTPP большеJOTOP всеMMKWP
встре-LNNTO годRQMLO дважд-JVNMO дваждыJVNMO двеNMTMO двухKUPLP делат-ROMNN делатьROMNN деньUNJON деньг-SMONN
дляUONJN днейLORPO доQNKRN докаж-MNSOR еслиHOOVP заRNNOO значи-ROOLO значитROOLO изMNORP илиHXQKO какPRGSO
какаяNROMO какиеMONSO каков-RJSLO каковаRJSMO какойPPMOO кмNMTLO когдаRMONO кодVHOON котор-MQOPP ктоSNNMO
лиVKHSO месяц-ROLPO минутOOKRO мнеLNOSO можетMONRP можноQNONO можно_лиRONMN наQTFPL напис-RNOMN напиш-NQNON
напишиNQNON неOPKQQ недел-PNQLN однаLORPP онNONQP онаMONRP остав-JNOUO отQPQIN перев-CMVVP переведиIMWOO поNJWMP
после-KSPNP последнийKSOOO почем-OPOOO почемуOPOOO приNTKNP произ-NOKTP прочи-IOOUP прочитатьIOOUP разде-IONVP
ребен-TNLON сдела-MSNNO семьQNTIO сколь-PMRLP сколькоQNQLO стран-KSOOP такоеPROLN телеф-SLMPN функц-TKOON
часаRNNNN челов-LNNTO человекKNNUO чемSNOKP чиселJNUOQ числаPPSIN чтоWKIQO что_делатьROMNN что_такоеPROLN
что_этоLOORP этоKNSOP ありKNNUO あるNNTKR いい[LLIL いてOPMPO いでQNNOM いですQNNOM いなMMNSP いないMOOQP いのPORLO いのはMQRLO いまPLORM
いますPLORM いるMONRP うすMSNNO うちMOSMP うなLLOUP えてPLNRN かかNRNNO からQHQRO かるLSNOO が落QPOLO が落ちQPOLO きはMNRNO きまULMNM
くとOKOSO けるKRNQQ ことLRNOQ ことをMSOMQ このPQOLO この文SOOLN さいSOOLN しいRNONO したTNKNL してRVJJJ してもLSONO しまLQLSO すかOLORK
するNXLIO せんVJNML そのOOTKO たいPONON たのRNNNN だけLOORP ちらPORLO ったKMNVQ ってRKJUO っていQONNO って何KPORO ていQLMRO ていなLNOSP
ていまVLOKM ているMONRP て何KPORO であKNPSQ でいTOOJO でしSOMNN ですYNNHJ ですかRPOJL で何QNPMN とはLQNQN とをMSOMQ と何MNORO どうTOJON
どうすMSNNO どうなLLOUP どこMOMSO どちPORLO どちらPORLO どもSNNNN どれLNOSO ないKPNSQ ないのOORLO なくMNORO ならNNOQP なりQMOPO なるLOOQP
にしLNMUN にしてSNMNN になQPOMO になりROOLN にはJOLWQ に一KSOOO に入MNNRO に行RNMNN のうMOSMP のうちMOSMP のでSMNNO のですRMOOO のにROMNN
のはHPQSP のコLSOOO のスRNLPO の和KOSOP の文SOOLN の関LLQSO はあONNRO はどQMMRN はどこTOMLN はどれLNOTO は一LONSO は何FMUTP は何曜LOORP
は大LNOTP ばいWOLJM ばいいWOLJM へのSLNNM ましRNNNM ましたRNNNM ますTNMMK ますかLKOVM ませWJNML ませんVJNML までLNNSN よりLNNTO らいRONNN
りまPLQON りますOLQPO るかIMNYP るとMPQNP るにNOMSP るにはNOMSP るのPNNPO ればQNNOO ればいROOLN を日NMOSO を書PPMON を書いPPMON を考QKNRN
を考えQKNRN んだMNOSO んでROMNN んなTJOON アッTLMOO アップTLMOO インPMQNN カーRMPMO キロSOKOO クトMROOO クリMMOSO グラTKNON コンLSNNP
コーRMOON スクMMOSP ットQPLOO ップWLLLN デーTKNNN トがNQNOP トはRMONO トムMNOSO トルQOJSO パスSKOOO フィLNQPO プはROOLN プロSLOON プログTKOON
ポーRLOOO マーUJONN ムをKRNPP メーPOKSO リーOMNRO ルでMSMNO ルのROMMO レシROMNN ログVIOON ログラTKOON ンはKONUP ーのTJOON ータSKOPO ートUIMPN
ードRMMPN ープPQMNO ームPLOQO ールNSNLO 一个DSLYT 一人IOOVP 一年TOKNN 一次SNMNN 一点LNOSO 三个INOUP 上海IOOVO 上的SOOLN 世界SNNLO 两个KNMVP
个人MMPSP 么办NRNNO 么意SONMN 么意思SONMN 么是IVONO 了一UMOKN 人がNNORP 人のPNQLP 人分RMOOO 什么RKC]O 什么意SONMN 什么是IVONO 以后MLNUO
会员LNOTO 会員KOOSO 何かNNNRO 何をQQNLO 何曜LOORP 何曜日LOORP 偶数OOKSO 出しQNONN 出来KNNUP 分のUOIOO 分析SLNOO 分钟LQIWO 利率SOLOO 北京IOOUO
厘米JNVOP 原因OQOMP 原因はNROMO 只有LNNSO 可能DNJ^Q 哪个KOOSO 哪里PKOSO 因はNROMO 在哪KKOXO 在哪里OKOSO 多久SNOMN 多少PMSLQ 大きMNNSP
天是KOOSP 如果QOPLP 妈妈LOOSO 子どSNNNN 子どもSNNNN 孩子SNOLM 小时RLMPO 小明LOORO 已经ROOLO 年利ROLOO 循环NRONO 怎么RPJPO 怎么办NRNNO
怎样MONRP 意味SNLON 意思ONMRN 所以KNOTP 才能LNOTO 数のOPSKO 数学RNOMN 日かLOQQO 日本ROOMM 时候UOKMO 是什QMMQO 是什么QMMQO 是多NOQNP
是多少NOQNP 是谁UNNKN 時にMNNSO 時間SNNNN 曜日MNORO 書いPPMON 書いてOQMON 最后JQORO 月のRNNNN 查询E[NNP 次のNMROO 每天YLKLN 比小LNOSP
没有HRNSP 用户KTNNO 甲乙GOPVP 的人LONSP 的时SOKOO 直しGXONO 程序TKONO 箱子INOVP 考えPKNSO 考えてPKNRO 落ちQPOLO 要多MOROO 设计NTMNQ 证明NMSOR
起きJXMLP 都是MNORO 里的KNOSO 面包IONVO
"""


def word_points() -> dict[str, Points]:
    """The points of every word. Made when asked for: it takes milliseconds."""
    return {entry[:-5].replace("_", " "): _points(entry[-5:]) for entry in _WORDS.split()}


def _points(row: str) -> Points:
    general, code, math, reasoning, difficulty = [10 * (ord(sign) - 79) for sign in row]
    return general, code, math, reasoning, difficulty
