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

BASE: Final[Points] = (148, -14, -290, 156, 397)

FEATURE_POINTS: Final[Mapping[str, Points]] = {
    "code fence": (0, 1, 0, 0, 2),
    "backtick": (-10, 21, -4, -7, 12),
    "brace": (-27, 12, 5, 11, -15),
    "bracket": (-15, 29, -20, 6, 19),
    "parenthesis": (-47, 34, 7, 6, 14),
    "line ends in ;": (-4, 4, 4, -4, -11),
    "equals sign": (-46, 52, -1, -5, -10),
    "double sign": (-7, 44, -29, -7, 13),
    "LaTeX command": (-2, -16, 23, -5, 26),
    "dollar sign": (-15, -6, 52, -31, -2),
    "power sign": (-23, -22, 66, -21, 23),
    "underscore": (-32, 23, -12, 21, 5),
    "gap to fill": (-19, -14, -1, 35, -3),
    "pipe": (-6, -1, 10, -3, 22),
    "tag": (-6, 8, -1, -1, 2),
    "indented line": (-6, 23, -13, -5, 7),
    "docstring": (0, 12, -9, -2, -9),
    "quotation": (34, 16, -56, 6, 6),
    "percent sign": (-5, 2, 36, -34, 13),
    "arithmetic sign": (-51, 21, 47, -17, 21),
    "path": (-25, 41, 12, -29, 17),
    "question mark": (-6, -45, -18, 69, -6),
    "exclamation": (-21, 6, 18, -4, -3),
    "line": (3, 42, -49, 3, 8),
    "sentence": (-31, -35, -1, 68, 76),
    "colon": (13, -15, -89, 90, -2),
    "option list": (11, -37, 14, 12, -12),
    "choice": (2, -5, -3, 6, -2),
    "flag": (-20, 46, -10, -16, 7),
    "snake case": (-11, 21, -5, -5, -11),
    "piped command": (-2, 5, 0, -2, 14),
    "style rule": (-21, 29, -1, -7, 4),
    "statement": (-28, 65, -21, -16, -13),
    "dotted name": (-1, 22, -8, -14, -5),
    "file name": (-2, 4, -2, -1, -4),
    "algebra": (-8, -3, 25, -14, -3),
    "call": (-45, 68, 4, -27, 13),
    "equation": (-39, 7, 22, 10, 37),
    "number": (-10, -50, 78, -18, 46),
    "year": (-1, 20, -63, 44, -11),
    "clock": (18, -19, -44, 45, -20),
    "date": (16, -15, -23, 21, -37),
    "money": (11, -20, 35, -26, 10),
    "long number": (43, -12, -16, -14, 4),
    "sum": (33, -9, 24, -47, 7),
    "error name": (-16, 37, 0, -20, 8),
    "opens with auxiliary": (16, -25, -8, 17, -15),
    "single letter": (-43, 6, 4, 33, 36),
    "short": (18, 8, 65, -91, -140),
    "long": (84, -32, 44, -95, -51),
    "length": (0, 0, 0, 0, 22),
    "code name": (-160, 289, -54, -75, 72),
    "code thing": (-138, 295, -72, -86, 128),
    "code maybe": (-3, 73, -26, -44, 17),
    "math name": (-56, -43, 135, -35, 47),
    "math act": (-57, -33, 111, -22, 37),
    "quantity question": (-3, -44, 123, -76, 4),
    "measure": (-9, -24, 40, -7, -2),
    "logic": (-61, -8, -34, 103, 65),
    "relation": (-29, -4, -20, 53, 46),
    "judgement": (-22, -5, 0, 26, -3),
    "edit": (41, 34, -12, -63, -71),
    "prose": (104, -25, -62, -17, -68),
    "service": (75, 33, -39, -69, -53),
    "world": (96, -33, -75, 12, -35),
    "fact question": (25, -4, -1, -21, 4),
    "small talk": (22, -9, -20, 6, -7),
    "hard": (-54, 18, 67, -31, 117),
    "easy": (17, 4, 21, -42, -18),
    "person": (65, -25, -32, -9, -82),
    "support": (74, 9, -66, -17, -53),
    "health": (62, -17, -31, -14, -11),
    "calendar": (22, -38, -42, 58, -24),
    "why": (35, 32, -50, -18, 3),
    "who and when": (31, -25, -27, 21, -5),
    "device": (-42, 120, -34, -44, 13),
    "advanced": (-51, -41, 91, 1, 49),
    "sums": (-55, -2, 92, -35, 7),
    "analogy": (-93, -33, -18, 145, 2),
    "quantity question & number": (-52, -21, 138, -65, 23),
    "measure & number": (3, -32, 24, 5, -14),
    "question mark & number": (-7, -5, 39, -28, -18),
    "math act & number": (-27, 3, 45, -21, 21),
    "math act & algebra": (-5, -11, 20, -4, -23),
    "math name & algebra": (-6, -14, 23, -3, -31),
    "math name & math act": (-10, 3, 14, -8, -19),
    "code maybe & code name": (-1, 21, -7, -12, -4),
    "code maybe & code thing": (5, 11, 4, -20, -24),
    "code maybe & prose": (15, 9, -8, -17, 8),
    "code maybe & world": (30, 4, -2, -32, -15),
    "code maybe & parenthesis": (-20, -1, -1, 22, -4),
    "code thing & code name": (-21, 38, -8, -8, 12),
    "code thing & prose": (22, -16, -2, -4, 9),
    "code thing & number": (13, 28, -30, -10, -20),
    "code name & prose": (-9, 36, -4, -24, -4),
    "math name & prose": (2, 0, 0, -1, 6),
    "math name & world": (14, -8, -4, -1, 4),
    "prose & world": (27, -28, 2, -2, -8),
    "service & world": (29, 31, -6, -54, -26),
    "service & question mark": (-29, 55, 4, -30, 19),
    "logic & question mark": (16, -32, -6, 22, 13),
    "logic & relation": (13, -5, 0, -8, -13),
    "logic & sentence": (-15, -13, 7, 22, -22),
    "relation & question mark": (-33, -14, 21, 27, 11),
    "relation & number": (-23, 22, 6, -5, 11),
    "judgement & option list": (-15, -8, -2, 25, -22),
    "world & option list": (-6, -7, 3, 10, 26),
    "question mark & option list": (7, -11, 2, 2, -8),
    "math name & option list": (-1, 0, 3, -1, -14),
    "number & option list": (-11, -17, 17, 11, 45),
    "judgement & question mark": (14, -2, -21, 9, 11),
    "fact question & question mark": (27, -16, 1, -12, -19),
    "LaTeX command & dollar sign": (-1, -16, 21, -4, 6),
    "brace & LaTeX command": (-1, -12, 16, -3, -1),
    "line ends in ; & indented line": (-1, 6, -3, -2, 1),
    "measure & sentence": (13, -2, 21, -33, 7),
    "short & algebra": (-8, 8, 11, -11, 58),
    "short & number": (2, -1, 56, -57, 13),
    "code maybe & measure": (-2, -14, 4, 12, -12),
    "person & number": (-7, -6, 18, -5, -6),
    "support & number": (50, -9, -41, 0, -12),
    "health & number": (32, -4, -27, -1, -25),
    "calendar & number": (38, -2, -22, -14, -25),
    "calendar & question mark": (-8, -2, 7, 3, 27),
    "person & question mark": (-35, 6, 47, -18, -1),
    "person & world": (-36, 4, 30, 2, -19),
    "person & code maybe": (19, -14, 6, -11, 28),
    "person & device": (-2, 3, 2, -2, 6),
    "device & code maybe": (27, -37, 1, 9, 1),
    "device & code thing": (2, 3, -3, -2, 16),
    "who and when & question mark": (20, -27, 11, -4, 3),
    "who and when & number": (13, 3, 3, -19, -10),
    "who and when & sentence": (-43, -22, 43, 22, 28),
    "why & question mark": (17, 16, -27, -6, -1),
    "why & world": (-27, 5, -14, 37, -3),
    "why & logic": (-29, 13, -3, 19, -10),
    "opens with auxiliary & question mark": (2, -13, -6, 17, -11),
    "opens with auxiliary & sentence": (10, 0, -1, -8, -1),
    "sum & question mark": (-9, 4, 34, -29, -10),
    "measure & question mark": (9, -7, 8, -10, -7),
    "relation & sentence": (29, -10, -5, -14, -10),
    "sentence & question mark": (-94, -32, 36, 90, 80),
    "money & quantity question": (-9, -2, 16, -5, 24),
    "clock & world": (-12, -3, 7, 7, 3),
    "support & device": (8, -10, -1, 2, -6),
    "quantity question & sentence": (-29, -6, 65, -30, -33),
    "world & question mark": (-16, -32, 21, 28, -8),
    "code thing & world": (9, 7, -5, -11, -3),
    "code maybe & number": (17, -3, -12, -1, -17),
    "year & question mark": (11, -9, -46, 44, -19),
    "logic & parenthesis": (-3, 11, 3, -10, -10),
    "edit & quotation": (37, -13, -3, -21, -23),
    "edit & colon": (101, -23, -28, -51, -54),
    "edit & sentence": (38, -5, -4, -29, -10),
    "edit & question mark": (15, 0, -1, -14, 10),
    "logic & calendar": (10, -3, 0, -7, 15),
    "relation & calendar": (14, -10, -11, 6, 13),
    "support & question mark": (25, -12, -8, -5, -7),
    "health & question mark": (43, -5, -23, -14, -12),
    "code thing & question mark": (-5, 42, 4, -40, 9),
    "code thing & device": (2, 3, -3, -2, 16),
    "number without question mark": (14, 22, 20, -56, 5),
    "code maybe without code thing": (-18, 66, -28, -20, 0),
    "code maybe without service": (-21, 60, -41, 2, -5),
    "math name without number": (-14, -15, 60, -30, 14),
    "math act without number": (-29, -35, 65, -1, 7),
    "relation without number": (-9, -24, -27, 59, 32),
    "logic without number": (-3, -29, 6, 25, 67),
    "quantity question without number": (49, -23, -15, -11, -18),
    "question mark without option list": (-13, -34, -20, 67, 4),
    "brace without LaTeX command": (-26, 26, -13, 14, -16),
    "world without number": (27, -32, -18, 23, -29),
    "judgement without option list": (-7, 3, 3, 1, 16),
    "logic without person": (-31, -7, -40, 77, -2),
    "number without person": (-15, -3, 29, -12, 5),
    "code maybe without world": (-31, 51, -16, -5, 6),
    "question mark without world": (11, -12, -38, 40, -6),
    "relation without person": (-1, 7, -7, 0, -19),
    "sentence without person": (-39, -29, 31, 36, -39),
    "measure without person": (9, -8, 31, -32, 5),
    "why without person": (41, -3, -37, 0, 14),
    "math name without person": (-81, -27, 137, -30, 44),
}

_WORDS: Final = """
^aPPRJO ^addLLVNN ^afterNTOKP ^bestSLNOO ^cLUNMN ^canRMOON ^combienRNQKN ^commentOVMJN ^comoRUMHN ^compareRMNNO
^computeLNSOQ ^convertNMSOO ^couldKNOTP ^cuantoROJQN ^deJNVNO ^derWKMMN ^designOSKOR ^diePLUKO ^doesLNUMP
^draftSLONQ ^einKNVNP ^elRLNPP ^entwirfLUOLP ^erklareKROOO ^escribeMROON ^estPOSKO ^excelNQNOP ^explainQOOMN
^findNKPST ^fourOOKSP ^giveSOMML ^givenROOLM ^googleMTOMO ^how[OKHQ ^iPIRQL ^ifIMTRQ ^integrateKMUOP ^isYJJPM
^istUNMLN ^javaMRONQ ^jeRMMPN ^kannSNOLN ^laQMRKO ^leSLKQN ^maWMPIN ^makeQRMKN ^meinSQLKM ^meinePSOKO ^miOSPKN
^monORMMN ^myRPPKM ^ourJVNOQ ^ponSLNON ^porPQOLP ^pourquoiPQOMP ^proveMMVMT ^pruebaLNSNP ^pythonLROOO
^quandRPOLN ^quePQKPK ^quelPRKPN ^quelleNQONN ^quiRNNMN ^quienRONMN ^rROLOO ^schreibLSONN ^seRNOMN ^showJTPNR
^solveMMMUQ ^sortOKOTO ^thePLPQO ^threeLMRQQ ^turnQONNN ^unNNRNR ^uneNQKSO ^wannRONMN ^wasQONNM ^welcheULPKM
^werTNNLM ^whatVQILO ^whenMQOPQ ^whichXKKNO ^whoYMLJO ^whyPQLPO ^wieSSNIM ^wouldKNOTP ^writeOQPLM ^xMTLOQ
^zeigeMNSNP ^вUNNJN ^какPUION ^какаяNROMO ^каковаSJPNO ^ктоSNOLM ^можноRNNMN ^напишиNQNON ^переведиJMVOO
^почемуOQOMO ^сколькоWMJNM ^чтоRNPML ^яJNOTP a_aPPMOO a_b[OHJT a_cCMN^Q a_classJTOON a_dLONTQ a_dataSMNMO
a_daySNOLN a_goodQNNON a_hOMNRN a_kPOKRO a_lSOOKN a_laMMOSO a_lasRLOON a_listVHOOH a_queMNRNN a_quoiSPKNO
a_rowMKVOR a_tONMRO a_weekKNRPO a_yearRONMO abKMOUO aberNONRO aboutZHNKI about_theRNOMO accou-KSOON accountKSOOO
acros-MNOSQ acrossMNOSQ addHSQOO afterKTRKQ after_theQQNLM agree-RKOOO aiWMLMM alNPGWN allDNSWM
all_functionsOJTOP alleLTLPO alongTKONO alpha-QJORO alsNOOQO alsoMOOQP amPOPMM amoun-IVONQ anROKPM an_hourNOMSP
an_orderHVOOP anaLNVLP analy-SNMNO andIQRPU and_aRKKTP and_theMNMTP and_whatRNOMO and_whyRNOMP ander-LRQNP
andro-IWOMO androidIWOMP angleNOTLR anima-MPNQO anosSNNMN ansUNLMN answe-RPNLM answerRPNLN anyTLOLI apiPROLO
app[EMON applePKORN archi-JWNNO ardui-MSMOQ arduinoMSMOQ arePNSLL are_theSNOLN argum-QKOQR argumentOLORP
arist-KOOTP aristotleKOOTP arriv-OKPRO arriveKNQSP artic-RNOMN articleRNOMN asIMUQP askin-TLOMO askingTLOMO
atNGXOS at_aLLSRU at_theRLOOP at_workSNNMM atten-SOKOO auQLNQM aufSSLJL ausNOQMO autom-MSONO avecKPPQP axLVKOL
b_aNOLSM b_cOPPMU backu-KTNOO backupKTNOO banan-NNUKM bankLTNON beMJOUS becau-MLOTQ becauseMLOTQ bedeu-SOMMN
bedeutetSOMMN befor-OONPS beforeOONPS behin-QROJO behindQROJO behind_theSOOKO beiRMONO beide-LOORO bekom-RNOMN
bekommeRNOMN bekomme_ichSNOMN bench-JUNOO besch-NNRNO bestRPMML beste-UOKMN bestellungSOLNO bette-QNLQN
betterQNLQN betwe-OPLQO betweenOPLQO between_aSLONN binMNNSN binar-JNUOP binaryJNUOP birdIOOUO bisJNNVO
bitteRONMN blanc-JRNRP blancoLSONP blockLTOMO boLNOSR bobNONQQ bonSOKPO bornLNNSN born_inKNNTO botKTOOQ
bothFTPQS botto-LSOOP bottomLSOOP bough-RKNQO boughtRKNQO boxPNLQN branc-MSMNN brauc-MORNO broth-MOLUN
budge-SNKON budgetSNKON bugJUONO buildKPORR butMLOUO but_iRMONN byMOSMN c_estROMMN cacheMSNNP calmTKOON
cambi-KQNRO cameRNMPQ canONLSL can_beFNOYM can_iZOMEK can_tNOMRP canno-MSONR cannotMSONQ carKMQSO cardMSONM
catMOORO catsSOOKO cause-NOOQP ceUMMMM ce_quiLOORO centLOROO chanc-MMTMO chanceMMTMO chang-MSMOO changeKUMNQ
change_theLROOO charg-SNMNO cheSNOLO checkNSMNK chienLNOSP child-SOMNM childrenSOMNN circl-KRPOO circleKRPOO
classLROON class-SMOMN classeSMOMO claus-SKNPR cleanRKOPN clien-MTNMP clientsLUNMP clockMOSMP cmCPZOS codeOQNMN
codig-RNONO coffe-RNMNN coffeeRNMNN coinONRNP coldQPLOO colle-RMQMM colum-MTNNP combi-ONUJO combienONUJP
combien_deQNQKO comeSPOJP comesKONTM comma-KUNNP commandeMRNOO comme-NULMP commentOSMNP comment_faireKPOSP
commu-VNNJO comoOOFWO compa-SMMOQ compareRNNNP compi-TKOOP compr-UMKOM compt-MQOOO compu-OMSNR computeLNSOR
compute_theLNSOQ conMRITP concl-NMORN condu-RMONN conne-KWNLO conso-LRQMP consu-LQPOO conta-NRMOL conte-HWOMP
conti-LQOQN contr-NQMPQ contradictionMNNSO conve-JPSNT convertNMSOS corre-TONKO correctSNOLN corri-LSOON
costNPQMP couldKNNVO count-SMOMN cours-TMLOO cousi-JOOTP criti-RNNNP cssLROOM csvNQNNQ cualKOQQO cual_esNOQNO
cuand-QLOQO cuandoQLOQO cuant-KMUPP cuantosMOQPO custo-MTNMN customersITOOP d_unLOTMP dansNNTLQ dans_leLNTNO
darkRLOPN dasOZLHO dataKWMML dateKTMPP daySKRKN day_andNNSMO daysONLRP deRLTIL de_deuxNKTOO de_laTMNNN
de_miMPNRO de_tempsSOLON de_unISVJO deadl-VKOLP decim-DQXOP deduc-IOOVP defMSNNO degre-UNJON delUMNMM
delet-ORMNO deleteNSMNP demPOLRO denMKLWP denti-RLNPN depen-JUNNM depos-GWOON derOSIQQ deriv-RKQNP desNQMOR
desdeQNMPO desig-OSKOR designOSKOR design_aOSKOQ despi-SNNMN despu-JSMQP despuesJSMQP despues_deKSNPP deuxJMTQP
diaVNHPN diago-MNROO diceROKPO dice_quePPLQO didQLOPO did_theUNOKO dieQKRNO difer-RQNKO diferenciaPROKO
diffe-QTJMN differenceOULMN difference_betweenOTLMN direRNMON distr-KWLNQ divid-SLOOP doUPMJM do_iLPUJJ
do_theTOLMO do_weOTNKO do_youQKMSP docke-MSMOQ dockerOQNOQ doesNSPKM does_aVNIOM does_itSNPJM does_notKROPO
does_theROMOR does_thisLROOP dogJPNTP domin-SONLO doneLROOO doorLOORQ doppe-KSPNP doppelteKSOOP dosIPTOQ
dos_vecesLTONO doubl-JSPNQ doubleKSPNP draftTLNNP draft_aSMNNP drawJQORO dreiNOQNQ duWJMNM duraRONMN e_xNJVNQ
eachMOMRQ each_otherLSPNQ eggsQONNN einSQOIP eineLPROQ einemQNNPN einenQPNLO einerLPTLP elOTJOO emptyMQOOO
enTRKKK en_aMONSO en_elNNNRO en_javaMRONP en_queSOLNN en_unaQKQON entie-LVLMP entreTROHO entwi-MUOLQ
entwirfLUOLP equalKNVML equip-TNNLM erNNNQO erkla-NQONN erklareLROOO esNFVRQ es_laNRPMN escre-RNNNN escri-LROON
escribeMROON estLIYNP est_cePMPOO est_ilRNRJO estaLPPQO esteNQNNO etMRKQR eteRNOMN euroRNOLL eurosTNMNL
everyIRRNR every-SNMNQ exact-KSONQ examp-KTLQL exampleKTLQL excelNULMR exemp-NSLOO exempleNSLOO expec-JTSKR
expectedJTSKQ expla-PNLRO explainPOMPO f_fKOOSQ f_sJNOUR f_xNKTNL factTNOKO fairRLOOO faireQPJQO faitOQOMO
falsc-KOOSP festUNKMN fichi-MRNOO filleQLOPO findJPNTR find_allOLSNQ find_theNOKTP findeKNNUP finis-JPROP
firstIUNPR fitLNMUP fiveINOVR flatRNOMO foisMRPMN follo-SKOOS followingPLOQO fooLTONO forTRMIO for_aRLPNP
for_allOJTOM for_anONMRP for_andJOTOO for_theOQOMP for_twoLMOTP forme-LOULQ formu-IYNKQ fourPNONT fraseLOORO
frida-ROMNP fridaySOMMO frien-PNQMO fromMOQPP from_aMNULO from_theLLQSP fullNMULP funci-RNNNO funct-PGXMK
functionPLSMJ functionsOJTOP funkt-UIOOO furTRGON fur_dieTMOLO fur_eineSNNNN gesch-NMNRP getJSPOP getsJQORO
getti-TKOOO gettingTKOOO gibtPQLOP gibt_esQOMOO gitLSNOO giveMNSMR give_aLNVLP give_meMRNOM givenRONMO
given_theTOOKN goITNQP golfTMMON goneLOORP goodWMMKL googl-MSOMO googleMSOMO grainMMOSP gramsINVOP grand-LOMTP
grandeMOMSP grossLOSNP guest-PLORP guestsPLORP h_etNONRO habeRNNNM habenGMNZP habit-ONMRM hadLNRPO halfISPOS
half_ofMTOMO handJSNQP happe-ONLSQ happenedMNLTP hasJLSRM hatOJTON haveJLI[O hayMORMO heKOPRN heiss-PORKO
herMNPQM hereQLNQP heuteRNNNN highMOTLP himTNOLQ hisNMORP histo-ROOMM homeMNNRO horasTOKON hourNOLRN hoursQNQKL
howKVRIN how_canMRMPO how_doTQKLO how_longQOOMN how_manyKLWNP how_toKVMOP i_boughtSKOON i_doQQOLO i_getPJPRN
i_haveTNJPP i_needKOSNN i_putKSONP i_useNRNMN ichRUMHJ ich_denRMONN ich_dieLQNPO ich_inMSNOP idLTONP idaLNQQP
ifCUUOM if_iOLULO if_xJVNNN if_youLOOSO ilPNNOM imSMOML imple-KUNOQ inORQIQ in_aIMTRM in_denQOLOO in_derNNOQO
in_goLTNOP in_myKSOOO in_thePNKRO indic-NRLON infor-RNMNM inputNSNNM insta-LSNNP inste-OTPJQ insteadOTPJQ
instead_ofJTPNR intLXIOO integ-JMWNP inter-POSIN interestOLSMP intoJQORM into_theKSONO ipadTKNNN isKLPUP
is_aRPIQR is_goneLOORO is_inTOJPP is_itSLSIN is_myLSNOO is_notNOMRS is_thatWNMJM is_theNNPPN is_therePQOLN
is_thisMOOQO is_toOMNRO istQJQPQ ist_derQPOLO ist_dieLNQRO ist_esQOQLO itSJVJQ itali-SNOMN itsRJULO japanSNNNO
japonSNNLN javaF[NLS jeOPKRN jourQOMOO jsLSONP justSLNOO justi-JYMMS kamSOLNO kannHMQUP kann_ichPNQMN keepLPOQO
keinLNOSO keyNLOSN keysJNOUN kgXMERM kilom-KOSOO kimLMNUP kinde-TOKNM kinderROKON kmQMTJP km_aTOJOO km_hHNXMQ
kommtPPQLO koste-JOTOO laOLROM lampKOOTO langeROMNN lapto-KQNRP laptopJQOSP lasMQNPO lastKUOMS lauftLRONO
leNPMQM learnTKONO leastLPNQP leave-ROMNO leavesROMNO leftPNNOO lesRPNMP lette-MLNVR letterKLNVS lettr-DNTVP
libra-OQNMN libraryNROMN lightLOQPQ light-ONMQP lightsOONQO likeWLMLM like_toRNOMN likel-KNOTN likelyLNOSM
limitKVNMO lineMPNRP linea-KTOOO linesOQNNP listUJKRI list_ofXFOOH listeLTOMO liveTNMMN loRKNQO logPMNQR
logicSROHO longSOOKQ longe-TNOJL longerTNOJM losOOLQQ los_dosOOMRP lostRKPOO lundiMNORO lyingJOOTO lyonTLOMN
maDLaKO ma_filleQLOPO machtRMPMO mainMPNQN maisKNNTO makeQQJQM make_aSKMQN make_theKTOOO make_thisPQOLO malQMQLN
manQOOMN manyJLVPO many_peopleUNJON mapNSLOO mardiMOOQO maria-TJOON marke-SNNNP masINSSP mathsRONMM maxLONSO
mayOOOPR meXPLGK meanWNINM mediaRLOOO mehrJNOUO meinRPLNL meineRRNJN mereKOOTO mergeLSOOP mesOMPPN messa-MSNNM
metNLNTN miPTKMM miaNNOQP michLNOSO milesKNTOL milkSKOON minut-RKKTP minuteRNQKO minutesMMLWQ mirRNNNN mitMQKSR
modelLSONP model-PRLMQ modif-LUNMQ moisSOMNN monSPPIL monda-LNOSP mondayMOOQO moneyJSOOP monta-JSNQO montagJTNPO
monthOSNLQ montr-KNWLP moreNMPQQ mostLQMRM motIOPTP muchSMOMK multi-OSMNO mussPNHVO muss_ichUOKNN mustJMNWQ
myZNPDE mysqlLTONP n_nNQNOR naRNSIN nachMQPNP nach_demKOOSP nameOWMIN neSPIPO needQONNP need_forKPSOO
neigh-QPOLN neverTNLMO newNROMN nextKNKXU nichtOMNSO nieLPOQP nightLOMTO noIPNVR nobod-OQNMO nobodyOQNMO
nochVKNMN nombr-NROMO noonJOOTQ norma-SNKPP normalSNKPO notKSLRP notesSLOON notif-JUNNO nowOPPMQ numbe-RMRKM
numberNOSLT number_ofNOSLP numer-MOWIO nurOKNTP oderTNMMM ofTHWJL of_aIUPNN of_mLOVLN of_myKQQPO of_theIMTQM
of_twoNMSNN offJNQSM off_theJMOVN ohneOSLNP oldXNMJM onPMUKO on_aLNUMN on_theNKNUP on_whichLORNP onceMSOMO
oneHOQUV one_isNOMRS onlyCUNVP openRJPPQ opensNOOQQ opini-SOOKN opinionSOOKN orQTNJI or_aKOOSP or_theSRNJO
ordenLNSOP orden-LUMNP orderLTOMR otherJRQOP otraKOJXP ouRMLQO ourMSLPR outJQTLR out_theKMVMO overLOPPO ownKOOSQ
padreMONSO pagin-KTNNP paginaKTNNP palab-KPPQO palabraKPPQO panda-LROOQ pandasLROOQ parOTLNO paraVNKML
para_unaRLOON parag-UNNKN paragraphRNNMN pasMMNTP passeMONQO patchE[NMQ paulLOORP pearPKORO peopl-MNNTP
peopleMNNTP perJRTLO permi-KTONO peroONMRO perroKOOSP perso-NMPRN peutNNTLO peut_onNNTLO phoneMQOON phpNSOLM
pieceMNORO pizzaMNTLN planRKMRR plant-PMNQO playRMONP pleas-QNNNN pleaseQNNNN plotPWGON plusROOLO point-NRNOQ
pointsRMNOQ ponSLNON porMRMPP por_queOQONP portMUNKP posit-RQOKP possi-MOLTO possibleNOLTO pourRLNON
pour_unRNOMN pour_uneTKONO premi-MMSOP premierLOSOO prepa-UNMLO prese-SLOON priceLOROQ primoLNTNO printLTMOP
print-QOOMP proMOTLO proba-MMSPP proce-F[NMK productRMOOM progr-XGOOM proofPNSKO propo-JNTPP prote-TOJON
proveKPULX prove_thatNMSMS prueb-KPSMP publi-LUNNN pudoGNNYP puedoRNNMN puert-IXMNP pushIUOOP putE[NNT
put_inTLOMN pytho-PPNNI pythonOQNNI quLQOQQ qu_estOMOQO quandKTMOP quand_jeKTONP queRPOLP que_elOSNMO
que_esKPKVO que_faireRONLN que_laNOTLP que_seMOORO quelMSQKO quel_estPOSJO quelle_estPNPMN queryLTNNP
quest-SNOMO questionsRNONN quiLOMSP qui_estLONSP quienQNNNO quoiSPJON r_rOJTOR rangeLOMSQ rateUNJOQ readLOQPQ
recei-SKNON recip-JOTOP recipeJOTOO recom-QLNQM recor-QQOKO recordOSOLO recur-NQOOO refus-OQNNN regio-KXNKR
regne-ROOLO relea-TJOOP releaseTJOOP renew-LUNMN renvo-ORLOP repar-IQTMO reque-JUOOQ reser-RPKOP restJNOUN
retir-JTOOP retur-KRPOK returnsLQOPK rever-MTMNM reverseMTMNM revie-RMNOO reviewRMNOO riceLOTNN richPSJOO
rightNNNQQ romanSNOMO roomTKNPL rowMJUOS rowsNRNNP rudeUKOMN ruleOQMNP runRJQOP runsJTNPQ s_aTNNLN s_thePOPNO
saidROOMM salesMSNNP sameMTPKQ sansMRNOP sayQMMQP saysQRMLT scaleKOTOO schla-RNRJN schoo-TNOKM schoolROOLN
schre-ORNMM schreibNSNMM scrip-RMOOO seNUMLN secon-IVQLO secondLROOM secondsKUOLQ seeMQOON seitRNNNN sente-PRMMO
sentencePRMMO septe-ROOLO serve-RMONO servi-NSOMR setKSRMR sevenNMMTP share-SKOON sheKOOSQ shoul-STLIN
shouldSTLIN should_iRRNJL showDXPQS showsRNMPN siEOOYR sichQQMMN sieLOOQR signi-SNLOO sigueJNOVP sinOQKQR
sinceRMNOQ sindONPNP siste-MUKPP sitztKNMUO sixMLSPR sizeOTOIP soKLOVR softw-RMOOM sollSNNMO soloNQMPP
solut-LNORO solveMMMUP solve_theLMNUO someOMOQP someo-PKNRN someonePKNRN sommeJRRNP sonVNPHM sontUOOJO sortMNNSM
sort_theMLOTO soundLNNSO spiel-RNONN splitKSPNO squar-INWNN stand-RMOMO starTOOKN star_warsTOOKN startRQMLM
stati-KUOMP staysLQOQO stehtMSONO stell-KNVMO stillTNNKM stopp-UMOLO stoppedUMOLO storeHWONR strat-ULNNR
strategySMNNR strei-RNOMN sugge-SONLN suiteKNPSQ sumKPSNP sum_ofLOSNO sunMOQPP sunda-UNNKO surQQJPO syste-MRONP
t_elleMONRO t_ilPNMQN tableKSLQQ table-LWLMN tableauLWLMO tagRJNSO tageMORNP takeLMOSP takesHSNSJ tankSKQMM
teamMSNOP team_ofKSOOO tellPLORQ tempsSOKNN termi-SOMMN testNQNOO testsJTOOQ text[LKKU thOOLRR thanMRMQM
thatMVKNS theQRHQO the_bottomLSOOO the_boxSOLNN the_childrenSOOKN the_differenceOSLMP the_firstOLPQP
the_followingPLOQO the_interestKNVMO the_lastJSOPQ the_libraryLRONO the_lightsKOOSO the_nameKSOOO the_nextLNOSQ
the_oneSONLN the_pageLROOP the_ruleMNNSP the_sameMTPKR the_secondITPOL the_sumMOSNK the_thOOLRO the_twoSNOMP
theirSOOKR themJMTPR thenNNPPO thereOQQKN therm-JOOUO theseQMNPP theyLMSPP thinkROOLO thirdLONRR thisPTPHL
this_forKOTNN threeTGMTT tieneLNQQP tiene-NOKTP timePQOLN toQPOLL to_aQNONN to_keepHSORO to_myQMOON to_theVLNLH
todoKOSOQ toget-MMSOO togetherMMSOO tomLNPRP tooROMNR topMTKOQ totalGTPQN trainJONUM trans-QNONS trave-LNPSN
treeLSONP tresONQOO trock-JOOTP trouv-LPNRO trouveNMORO trouverMRNOO trueYOOEJ tunSQNKO turnRNMOM twiceKRQNP
twice_asOORLQ twoIOOUU two_peopleNRLOP uberQNOMQ uhrPOLQN umJSOON unRVJJP unaQSHON undNQNOS underQLMRP uneUNIQN
unityLSOOQ unoOOKSO unterLOOSO unter-MQOOO unterschiedOQOMO unterschied_zwischenOQOMO untilJOVMR upJKVPQ
updat-VHOON updateWHOOM useKQNRO use_aJROQP usedSNLNN userLROOO usersIYLNO usesIQTNN valueMORNN vanROLOO
varia-OROLN vecesLTNNO verha-KNPSP verif-UIOPO versi-RNNNO versionRNNNO veutRNMNN veut_direRNMNN vielPNQNO
vieleNNRNO villa-QNLQN villageQNLQN vomTOLMN vonLPTMP vorSONLN voteQNNNO vousTNOLM wallLPRNO wannSNPKM warNONRP
warmKMMWO warme-SKOON warsTOOKN warumMRNOP warum_istRNOMO wasNJPTN was_bedeutetSOMMN was_istMPMQO was_notLLOTP
was_theRNOML was_tunRQNKO wasse-RONNN waterONMQL wayKROOP way_toLSOON weRNNNO weekPMQMO welch-PJQQN welcheTLQKM
wennHROSQ wentMNORQ wer_istJOOTP whatMKVOL what_areTNMNO what_doLMSOO what_doesPTJNM what_isPSMLL what_sJKYMP
what_shouldVMOJN whenLTPLQ when_iHTOQR whereQSLLM whichRJOQQ which_dayMOSMP which_oneKOOSP whileKUMOQ whoRIKVQ
who_isMNORP whyPQJRP why_doSMOLN why_isLSOMO wieNOUKP wie_langeROMNN wie_vielNOQNO wie_vieleNORNO wifiRNNNN
willSLRKP wirRNMPN withLRKSY with_aNMPRN with_fOJTOP withd-JTOOP witho-LUPLR withoutLUPLR wonSLNNP won_tRLOON
wordNRMOO wordsMPLSQ workQLQNP work_outJMVOO worke-KOSNN worksMRNNQ wouldHNLZQ would_aKNOTP would_youKPNSQ
writeSMPLM write_aWNJML wroteROOMN wurdeMNNSO x_cOWGON x_eNJVNP x_forOJTON x_xMQPNM x_yOLSOQ xsNTLOP y_laJORQP
y_noMNNSO y_xOMQOO yaQPPLO yearPOSJO yearsOMTLQ youRIKVP you_haveNOLSP yourUMOKK zahle-NNRMP zahlenNNRMP
zeileMSOMP zuMNNRO zuruc-NQONO zuruckNQONO zweiJLWOQ zwisc-OROMO zwischenOROMO безIXNMP больш-IOSPP большеJOTOP
в_какомTONJO всеMNKVP встре-KNNUO годRQMLO годаROMNO дважд-JWNMO дваждыJWNMO двеOMSMO двухJVPLP делат-RONMN
делатьRONMN деньUNJON дляUPNIN днейLOROO доINSRO докаж-MNROR еслиHOOVQ заTNKOO заказRNNON значи-ROOLP
значитROOLP идетROOMO изMNORP илиHZPJO какPRGSO какаяNROMN какиеMONSO каков-RJSMO каковаRJSMO какомTONJO кмOMSLO
кодWHOOO котор-LQOPP ктоRNNNO лиUKHSO машин-SNLON машинаSNLON месяц-ROLPO минутOOKSO мнеLNNTO можноQNONN наRTFOK
напис-SNOMN напиш-NQNON напишиNQNON неNPLSR недел-PNRLN однаLOQPP онNONQP онаMONRP остав-JNOUO отQQPIN
перев-DMUVP переведиJMVOO поNJWMP полож-QNNNN после-LRONP последнийKSOOP почем-NQONP почемуNQONP приNUKOP
произ-NOKTP прочи-IOOUP прочитатьIOOUP разде-HOMWQ ребен-SNLON сдела-MSNNO семьPNTIO сколь-QLSLP сколькоQLRLO
стран-KTNOP такоеPQOLN телеф-SMMON тольк-MOOQP толькоMOOQP триQONNO функц-TKOON челов-LMNTO человекKNOTO
чемSNOKP чиселKNUOQ числаQQRIN чтоVKIRO что_делатьRONMN что_такоеPQOLN что_этоLOORP этоLNROP ありKNNUO あるNNULR
いいZMLIK いうSOMNO いてPPMPO いなMMNSP いないMOOQP いのPNRLO いのはMQRLO いまPLOQM いますPLOQM いるMONRP うすMSNNO うちMOSMP うなLLOUP
えてPMNRN えるNOMQO かかNRNNO からRHORN かるLSOOO きなNSNLO きはLNSNO きまULMNM くとOKOSO けるJTNQQ ことLQNPQ ことをMSOMQ このQPOLN
この文ROOLN さいSOOLN しいRNONO したTNKOK してRVIKI してもLSONO しまLQLSN すかPLOQJ するOXLIO せんVJNNL そのNOTKO たのRNNNN だけLOORP
ったKMNVQ ってRKJTO っていQONNO って何MONRO ていPLMRO ていなKNOSP ていまVMOKM ているMONQP て何MONRO であKNPSQ でいTOOJO できQLOPN でしROMNN
ですYNMHI ですかRPOJL で何QNPLN といLOORP とをMSOMQ と何NNORO どうSNKPN どうすMSNNO どうなLLOUP どこLONTO どのVNMLN どもRNNNN どれLNOTO
ないMOORQ ないのOORLO なくMNORO なぜNONQP ならKNOTP なるLOOQP にしLNMUN にしてSNMNN になQPOMO になりROOLN にはKNLWP に一KSOOO に入MNNRO
に行RNMNN のうMOSMP のうちMOSMP のでSMNNN のにQONNN のはIPQRQ のはなLRNOP のコLROOO のスSNLON の和LOROP の文ROOLN の関LLQSO はどULMNN
はどこSONMN はどれKNOTO はなQNNOO は一LONSP は何GNSTP は大KNNUP ばいWOMJM ばいいWOMJM へのSMNNM ましSNNNM ましたRNNNM ますSOMLK ますかMKOUM
ませVJNNL ませんVJNNL までJNPTO ものLOORO もらRNNMN もらえRNNMN よりLNOTP らいRNNNM らえRNNMN りまPLPON りますOLQPO るかJLMXP るとLRPNP
るにNOMSQ るにはNOMSQ るのはMPNPP ればいROOMN を日NMOSO を書PQMOM を書いPQMOM を考QLNQN を考えQLNQN んだLNOTO んでROMNN んなSKONN アッTLMOO
アップTLMOO インONQNN ォーTOOJO カーQNPMO キロTOKNO クトLROOO クリMMOSO グラTKNON コンLSNNP スクMMOSP スタUNOJO スマSLONN ターTNOKN ップWLLMN
デーTLNNN トムLNOSO トルPNKSO パスSKOOO フィLNQPO プロSLNON プログTKOON ポーRLOOO マーTJONN ムをLRNQP メーPOKSN ルのRPMMO レシROMNN ログUINOM
ログラTKOON ンはKONTP ーのTKOON ータRLOPO ートUIMQN ードSLMPN ールLSQLO 一个FRLYT 一人HOOVP 一年SOKNN 一次SNMNN 万円TOKNN 三个INOUP 上海IOOVO
上的SOOKN 不是KOOTO 世界SNNLO 两个KNNUP 个人LMPSP 个月SNMON 为什NQNOP 为什么NQNOP 么办ORNNO 么意SONMN 么意思SONMN 么是JVONO 么样MNOSO
了一UMOKN 人がMNORP 人のQNRKP 人分QMOOO 人都MOORP 什么SLCZO 什么意SONMN 什么是JVONO 以后NMNSO 会员LNOSO 会員LOOSP 何かMNNSO 何をQQNLO
何日LNSNO 偶数OOLSO 公里SOKOO 出しQNONN 出来KNNUP 分のVOIOO 分析SLNOO 分钟KQJVP 利率ROLOO 北京IOOVO 厘米JNUOP 原因OQOLP 原因はOROMO 只有MONRO
可能CNK`Q 员工RMNOO 周一LNOSO 周三KOOTP 哪个KOOSO 哪里PJOSO 因はOROMO 在哪KJOXO 在哪里OKOSO 坏了ROOLO 多久RNOMN 多少QKTLQ 大きMNNSP 如果QOQLP
妈妈LOORO 子どRNNNN 子どもRNNNN 家賃KOSOO 小时QLNPO 小明LOORO 已经SOOLO 年利ROLOO 怎么RQJPO 怎么办ORNNO 怎么样MNOSO 怎样MONRP 意味RNMON
意思NNNSN 所以JNOTP 手机QQMMO 才能MNOSO 投票KNNUO 放学KOOTO 数のOOSJO 数学SNOLN 文をROMNN 日本ROOMM 时候TOKMO 是什QLMRO 是什么QLMRO 是谁UNNKN
显示RNMON 時にMNNSO 時間RNNNN 暖气ROOLN 曜日LNNTO 更新SLNNO 書いPQMON 書いてPQMON 最后IQOSO 月のRNNON 查询E[NNP 次のNMROO 每天XLLLN 比小KNOTP
没有HRNTP 测试LSNOP 点半LNOSO 用户KTNNO 甲乙FOQVP 的人KNNTP 的地PORLO 的时ROLOO 直しFYONN 程序WINNO 等于LOSOO 箱子INOVP 考えPKNRO 考えてPLNRO
脚本RLOOO 要多LOSOP 设计NTMNQ 证明NMSOS 说明MOORP 起きKWMMP 里的KNOTO 面包JONUO 高いROMON
"""


def word_points() -> dict[str, Points]:
    """The points of every word. Made when asked for: it takes milliseconds."""
    return {entry[:-5].replace("_", " "): _points(entry[-5:]) for entry in _WORDS.split()}


def _points(row: str) -> Points:
    general, code, math, reasoning, difficulty = [10 * (ord(sign) - 79) for sign in row]
    return general, code, math, reasoning, difficulty
