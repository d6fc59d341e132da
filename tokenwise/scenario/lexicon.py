"""What words mean to the scenario detector: terms in fourteen languages, by the kind of work they hint at.

Written by hand, not learned; the points each kind is worth are learned and stand in `scenario_weights`. A plain entry
is a whole word, in small letters without accents, as `fold` writes it. `how_many` is two words in a row. `funkt-` is every word that begins so and is longer than
five letters: exactly five letters, so that one look-up finds it. In Chinese, Japanese and Korean an entry is two or
three characters in a row, since those scripts do not mark where words end.

A false friend is a pair of words that together mean neither: "prime minister" is no arithmetic. Both words of such a
pair are struck out before anything else is looked at.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

__all__ = ["KINDS", "false_friends", "terms_by_kind", "terms_by_word"]

_TEXT: Final[Mapping[str, str]] = {
    # Names that hardly occur outside programming.
    "code name": """
        div fn printf println cors dns ssl tls vpn python javascript typescript golang c++ c# kotlin php perl haskell
        bash zsh powershell sql mysql postgres postgresql sqlite redis html css json yaml xml csv regex api react
        angular django flask pandas numpy sklearn matplotlib docker dockerfile kubernetes kubectl helm git github npm
        yarn pip linux ubuntu grep awk sed cron nginx aws terraform vscode vim ssh http https url urls oauth spark vba
        excel vlookup matlab julia fortran assembly wordpress laravel rails spring junit pytest selenium makefile gcc
        unity openapi postman useeffect dataframe dataframes gzip tar curl chmod stdin stdout utf unicode ascii dart
        flutter ocaml питоне 파이썬 자바 자바스 بايثون جافا جافاسكريبت पायथन जावास्क्रिप्ट পাইথন godot unreal pygame arduino
        raspberry swiftui gradle roblox esp stm modbus gpio certbot prometheus jest vite pascal паскале ардуино 树莓派 安卓
        ラズパ jwts webhook heroku github_action github_actions gunicorn celery airflow cassandra maven mocha playwright
        raspberry_pi prolog tkinter vs_code android_studio jq systemd sumif sumifs sverweis recherchev buscarv
        sumar_si впр power_bi dax apps_script xpath latex_code flexbox zustand sqlalchemy mongoose orm mvc
        lambda_function cdn докер экселе 爬虫 小程序 gas
    """,
    # Things and complaints that belong to programming in nearly every sentence they occur in.
    "code thing": """
        quicksort time_complexity big_o byzantine a_compiler rest_api one_liner memory_usage 递归 rate_limiter
        reverse_proxy proxy load_balancer the_browser let_and const var detached_head last_commit undo_the
        operating_system a_process a_thread pods node_selector exit_code the_build 排序 队列 消息队 快速排 key_value array
        arrays boolean compiler tuple tuples dict substring substrings subarray recursion recursive endpoint endpoints
        database databases schema backend frontend callback async await goroutines struct structs repo repository
        refactor debug debugger debugging compile compiles compiled runtime deploy deployment filename filenames
        directory directories subdirectories username dataset datasets query queries sorted_list binary_search
        binary_tree unit_test unit_tests race_condition source_code pull_request for_loop environment_variable
        command_line regular_expression regular_expressions data_structure type_hints web_page segfault
        segmentation_fault traceback nullpointerexception typeerror valueerror syntaxerror undefined nan parser linter
        pseudocode widget plugin microservices webhook deadlock lambda generator inheritance polymorphism constructor
        dependency_injection localstorage timestamp timestamps hash_map hash_table bitwise palindrome palindromes
        fibonacci programming algorithm algorithms snippet software encoding encode decode decoder payload whitespace
        newline lowercase uppercase elementwise plaintext executable filesystem symlink symlinks subprocess daemon pid
        recursively container_exits sql_query given_list given_string given_array input_list input_string returns_true
        return_true returns_the the_function a_function python_function this_code my_code the_code code_to code_that
        progr- funkt- abfrage datei dateien zeichenkette schleife skript variablen ganzzahlen befehl kompi-
        fonction_qui fonction_python tableau_de boucle script requete fichier fichiers renvoie funcion_que funcion_en
        arreglo bucle consulta_sql archivo archivos devuelva codigo_que implementa funcao_que funcao_em funcao_para
        laco retorna retorne implemente funzione_in функцию функция функции строку строка строки массив массива
        массиве прогр- код скрипт запрос верну- возвр- списо- цикл компи- ошибка 代码 函数 程序 数组 字符串 字符 脚本 数据库 接口 报错 变量 循环
        算法 编译 返回 正则 网页 控制台 线程 コード 関数 プログ ログラ 配列 スクリ クリプ データ エラー 変数 ループ アルゴ 返す 正規表 함수 코드 프로그 로그램 배열 문자열 리스트 스크립 변수 반복문
        알고리 데이터 에러 دالة الدالة كود الكود برنامج مصفوفة المصفوفة سلسلة_نصية خوارزمية برمجة قائمة_من اكتب_دالة متغير
        خطأ_في फ़ंक्शन फंक्शन कोड प्रोग्राम स्ट्रिंग सूची_में एल्गोरिदम ऐरे ফাংশন কোড প্রোগ্রাম অ্যালগরিদম msimbo
        programu console commit commits rebase squash vim regex flexbox div url_shortener web_server bot todo_app
        html_file typescript bucket kubernetes event_sourced idempotent idempotency failover postgres sharded
        partitioned ring_buffer leader_election webassembly interpreter garbage_collection thread_safe flag_of stdout
        cpp makefile rows_by duplicate_rows dataframe groupby pivot join_two left_join stored_procedure view_that
        column_name konsole ordner programm zeichenketten commit_ruckgangig datenbank dossier base_de chaine_de
        carpeta consola cadena programa_que bucle_solo hilo программа программу файл файла файлы каталоге папке
        консоль консоли потоком процессом процесс порт коммит откатить запроса кэш репликацией телеграм_бота построчно
        выведет 文件 目录 端口 进程 提交 单例 回文 缓存 容器 幂等 容灾 租户 分布式 语言读 命令 爬虫抓 日志 上传 下载 ファイ イル数 ログフ ディレ コマン コミッ インタ フェー 抽象ク クラス
        整数の 出力は キャッ ブラン 整合性 実装せ 偶数だ 削除す sql interrupt interrupt_handler firmware sprite collider healthcheck nullable
        nulls valores_nulos датафрейма столбцы строку_в переменная ключу юнит скрипт_который docker_compose
        environment_variables umgebungsvariablen conteneur contenedor контейнер 下拉刷 小程序 秒杀 单元测 接口写 分组求 温度传 コンテ 単体テ 画面遷
        closure closures coroutine borrow_checker mock_the http_status config_file json_file csv_file stdin cron_job
        monolith schema_for database_schema data_model index_on inner_join group_by order_by migration_that migrations
        redeploy rollback runtime_error parse_the parsing regex_for dynamic_programming data_structures undo_history
        event_loop submitting_twice sidebar listens_on in_use docker_image dockerfile_for pod_stays helm cors_error
        sql_injection encrypt_passwords salt_and presigned_url byte_order floating_point list_comprehension
        dictionary_in undefined_is is_undefined array_of in_place scrape_the scraping pivot_table formula_that
        formula_to macro_that macro_to excel_sheet cells_with column_a column_b column_d update_query todo_service
        tic_tac hello_world hangman_in blink_an potentiometer gpio schleifen rekursion container_leer datenbankschema
        abfrage_braucht befehl_der kompiliert code_zeile programmiere formular_zweimal passworter_hashen verschlusseln
        hashen port_belegt prozess_den datenstruktur vererbung speicherfehler testserver html_seite responsive
        doppelte_eintrage spalte_b spalte_c recursivite variables_d environnement_sont schema_de cle_primaire
        requete_renvoie requete_met requetes code_qui ce_code tri_fusion heritage_en test_unitaire tests_unitaires
        hacher chiffrer_les page_html regex_pour script_qui script_bash doublons_entre led_quand clignoter
        recursividad entorno_salen esquema_de consulta_devuelve consulta_tarda no_compila este_codigo programa_en
        ordenamiento_por herencia_en prueba_unitaria pruebas_unitarias cifrar hashear pagina_html regex_para
        deshago_el ultimo_commit script_que script_de tupla duplicados_entre arreglo_de parpadee fichero_linea
        filas_repetidas рекур- переменные_окружения окружения контейнера схема_базы базы запрос_возвращает запрос_по
        компилируется этот_код сложность_у юнит_тест юнит_тесты сверстай форма_отправляется регулярка функцию_на
        функцию_которая ветка порту кортеж кортежа дубли массив_объектов светодиод на_проде проде бэкап api_отдает
        бот_отвечает 循环里 环境变 容器里 端口被 索引 查询结 这条命 这段代 段代码 归并排 哈希 时间复 继承 空指针 分支 合并冲 冲突 线上环 接口返 重复提 表单 居中 组件 插件 逐行 公式 单元格
        列求和 元组 字典 二维数 按键控 机器人 日志里 環境変 ポート 番ポー ータベ ベース クエリ 重複行 コンパ パイル ソート ートの 計算量 ハッシ ッシュ 暗号化 継承 テスト マージ コンフ フリク 本番だ
        バック リクエ ヘッダ 二重送 フォー 中央に レイア アウト 再描画 プラグ グイン キュー アップ 一行ず 列を合 重複を 関数を オブジ タプル スタッ 点滅 ボット 型ヒン シェル トーク リダイ
        branches_are already_merged two_floats node_modules set_lookup header_stick when_scrolling pagination
        paginated sequential_scan white_page open_files testflight build_from crashes_at inheritance_in thread_pool
        async_io date_object column_to kopfzeile_soll beim_scrollen vererbung_in weisse_seite index_nicht
        nachkommastellen_aus haut_quand page_blanche l_index cabecera_se hacer_scroll el_indice шапка_должна
        при_прокрутке прокрутке наследования белую_страницу индекс индекса 白屏 走索引 表头 滚动的 真っ白 インデ スクロ 固定し 継承を petla
        ciclo_while laco_while laco_for 파이썬 쿼리 서버
    """,
    # Words of programming that have another life.
    "code maybe": """
        code coding function functions class classes method methods object objects string strings variable variables
        loop loops list lists script shell thread threads test tests branch commit library module package import
        export file files folder log logs server client host port table tables column columns row rows index key value
        values input output return returns print error errors exception exceptions bug bugs crash crashes fix
        implement java rust swift ruby react node express spring cache queue stack heap tree graph pointer reference
        argument arguments parameter parameters field fields attribute property element elements tag command commands
        terminal process button click page pages website app application interface program programs dictionary
        integers remove delete replace convert extract sort sorted filter count format text character characters match
        pattern duplicate duplicates version install update run running build migrate login password token request
        response header status container cluster pod image pipeline job batch lines line search select insert merge
        join group parse render load save funktion codes klasse liste fehler seite konsole fonction classe erreur
        methode programme funcion codigo clase lista metodo programa funcao funzione programma list_of リスト 列表 filas
        fila colonnes spalten zeilen sensor sensors led pin motor
    """,
    # Mathematics by name.
    "math name": """
        raiz_cuadrada racine_carree axioms uncountable countable metric_space open_cover fixed_point prime thirds
        two_thirds as_decimal a_decimal mph at_least odds heat_kernel finite_group reciprocals equation equations
        polynomial polynomials quadratic cubic derivative derivatives integral integrals matrix matrices eigenvalue
        eigenvalues eigenvector determinant theorem lemma probability algebra calculus geometry perimeter hypotenuse
        circumference divisible divisor divisors remainder modulo factorial logarithm sine cosine tangent coefficient
        coefficients integers rational irrational fraction fractions numerator denominator percent percentage ratio
        median variance standard_deviation permutations combinations binomial vertices parabola hyperbola ellipse
        asymptote convex concave monotone monotonic converge converges convergence diverges limit_of prime_number
        prime_numbers primes real_number real_numbers complex_number natural_number natural_numbers positive_integer
        positive_integers right_triangle isosceles equilateral inscribed square_root least_common greatest_common
        common_divisor common_multiple arithmetic_sequence geometric_sequence geometric_series expected_value slope
        intercept x_axis coordinates vector_space basis homomorphism isomorphism abelian topology manifold gcd lcm
        sqrt frac sin cos tan log ln mod pi infinitely_many compound_interest interest_rate annual_interest
        square_feet square_meters even_number odd_number digits two_digit three_digit injective surjective
        differentiable continuous_function riemann euler fermat goldbach collatz distribution dice gleic- ablei-
        wahrs- primz- bruch wurze- prozent zinsen dreieck kreis summe nullstellen beweis beweise derivee integrale
        probabilite triangle racine nombres_premiers nombre_premier perimetre somme_des aire_du theoreme polynome
        demontre demontrer quarts tiers ecuacion derivada probabilidad triangulo porcentaje raiz numeros_primos
        numero_primo suma_de polinomio demuestra matriz equacao fracao area_de soma_dos equazione уравн- произ-
        производную интег- вероя- треуг- проце- корень корни докаж- площадь сумму умнож- делится 方程 导数 积分 概率 三角形 百分 分数
        根号 质数 素数 极值 面积 周长 证明 矩阵 多项 整数 无理 平均 除以 方程式 微分 確率 三角 パーセ 分の 平方根 証明せ 証明し 面積 割合 방정식 미분 적분 확률 삼각형 퍼센트 소수 제곱근 증명 넓이
        평균 معادلة المعادلة مشتقة تكامل احتمال مثلث النسبة_المئوية بالمئة كسر جذر الأعداد_الأولية أثبت مساحة समीकरण
        प्रायिकता त्रिभुज प्रतिशत भिन्न वर्गमूल क्षेत्रफल सिद्ध সমীকরণ সম্ভাবনা ত্রিভুজ শতাংশ ক্ষেত্রফল প্রমাণ
        whole_number number_plus ratio_of consecutive_numbers the_digits is_prime confidence_interval sample_size
        handshakes diagonals rhombus polygon laplace_transform taylor_series pythagoras hypotenuse_of angle_of
        which_angle what_percent percent_of break_even per_piece monthly_payment compound annual_rate exchange_rate
        catch_up meet_each primzahl vielfaches teiler wurzel_aus dreisatz eine_zahl moglichkeiten_gibt stetige
        differenzierbar gegenbeispiel mittelwert_von mittelwert entiers anagrammes_a derivee_de limite_de integrale_de
        recurrence_que moyenne_de factorise resous combien_font pour_cent se_rejoignent es_primo cuantos_ceros
        primeros_numeros anagramas_tiene derivada_de integral_de induccion_que media_de factoriza resuelve cuanto_es
        que_porcentaje el_triple cuota_de se_alcanzan edades простое_ли простое_число половина_числа в_отношении
        отношении нулями_оканчивается первых_чисел способами производная интеграл интеграл_от среднее_чисел среднее
        разложи_на множители реши сколько_будет втрое_старше вдвое_старше старше_сына платеж_по догонит скорости
        делится_на четна нечетных 一半加 阶乘 末尾有 自然数 定积分 归纳法 平均数 因式分 解方程 百分之 几倍 三倍 两倍 打七五 月供 追上 鸡兔同 几种坐 多少种 偶数 奇数 半径 每秒 注满
        放空 起步价 倍数 半分に 階乗 末尾の 積分 帰納法 因数分 を解い 解いて 割引 割引き 毎月の 追いつ つるか 何通り 秒速 時速 満ち 何匹 何枚 diagonal_of a_diagonal outfits
        combinations_of average_of the_vertex vertex_of sekunden_hat diagonale schnitt_von kombinationen secondes_dans
        diagonale_de tenues segundos_tiene combinaciones секунд_в диагональ сторона нарядов 多少秒 对角线 边长 搭配 几种搭 何秒 対角線
        一辺
    """,
    # Mathematics as something to be done.
    "math act": """
        solve simplify evaluate compute calculate integrate differentiate factorize factorise prove estimate_the
        determine find_the find_all sum_of product_of value_of area_of volume_of number_of what_percent
        what_percentage what_fraction times plus minus multiply multiplied divide divided subtract round_to solve_for
        in_terms terms_of such_that let_f suppose_that show_that given_that if_and maximum_value minimum_value
        equal_to square_of berechne berechnen lose rechne bestimme calcule calculer calculez resous resoudre font
        calcula calcular resuelve determina halla resolva encontre risolvi реши решите решить вычис- найти найдите
        упрос- сколько_будет 求函 计算 解方 等于 解け 求めよ 計算 계산 구하 구해 풀어 احسب حل_المعادلة أوجد बस_हल हल_करें गणना ज्ञात কত_হবে
        সমাধান গণনা hesabu
    """,
    # A question for a quantity.
    "quantity question": """
        how_many how_much how_far how_long how_old how_fast how_tall the_total total_cost total_number in_total
        altogether wieviel wie_viel wie_viele wie_lange wie_alt wie_weit wie_hoch insgesamt combien au_total cuanto
        cuanta cuantos cuantas quanto quanta quantos quantas сколько всего 多少 几个 几天 几年 几人 几岁 几只 一共 共有 几元 几分 何個 いくつ いくら
        何分 何時間 何歳 얼마 몇개 몇명 كم कितने कितना कितनी कुल কত কতগুলি কতটি কয়টি মোট ngapi kiasi_gani jumla
    """,
    # The furniture of word problems: money, measures, shares, rates.
    "measure": """
        dollars dollar cents euros euro pounds kg grams g km kilometers kilometres miles meters metres cm mm mph
        litres liters gallons feet inches hours hour minutes minute seconds days weeks months years each per every
        twice half thrice double triple third quarter dozen cost costs price bought buys sold sells pay paid pays
        earns earned spends spent saves left remaining remain more_than less_than as_many times_as fewer total average
        speed rate shared split equally bags boxes apples oranges marbles pencils cookies eggs cups pages students
        tickets stuck kosten kostet preis pro stunde stunden minuten tage wochen jahre jeder jede doppelt halfte
        mehr_als verdient bezahlt kauft verkauft liter kilometer ubrig coute prix chaque heure heures jours semaines
        ans moitie achete vend paie reste gagne cuesta precio cada hora horas minutos dias semanas anos mitad doble
        compra paga gana quedan litros costa ore giorni anni meta стоит цена каждый каждую часов минут дней недель лет
        половину вдвое купил купила продал прода- литро- осталось рублей 每个 每天 小时 分钟 公里 千米 元钱 每千 一半 还剩 平均 两倍 米长 千克 時間
        個買 円の ずつ 원이면 시간 개에 분의 ساعة ساعات دقيقة دولار كل_يوم نصف ضعف اشترى घंटे रुपये मिनट प्रति आधा दोगुना प्रत्येक
        ঘন্টা টাকা মিনিট প্রতি অর্ধেক দ্বিগুণ প্রত্যেক kila saa dakika siku dola nusu mara_mbili alinunua
    """,
    # Deduction: quantifiers, premises, conclusions.
    "logic": """
        not_true not_false and_true or_not not_not and_not true_and false_and or_false or_true false_or true_or
        does_it it_follow are_either uncertain premise premises conclusion conclude valid invalid argument follows
        entails entail implies therefore necessarily deduce deduction infer inferred inference syllogism contradiction
        contradicts hypothesis fallacy deductively statement statements sentence true false unknown liar lies lie
        truth tells_the knight all_the some_of none_of every no_one all_of either neither nor unless only_if if_all
        not_all all_men if_someone if_the assume assumes assuming assumption must_be cannot_be could_be consistent
        inconsistent logically logical logic paradox puzzle riddle reason reasoning explain_why strengthens weakens
        undermines folgt schluss wahr falsch lugt wahrheit notwendigerweise wenn_alle keine tous_les conclure vrai
        faux ment verite donc premisse si_tous aucun todos_los ningun falso miente premisa si_todos todos_os nenhum
        verdadeiro se_todos tutti_i nessun все_кошки если_все следует правда лжет вывод никто 所有 如果 推理 逻辑 结论 前提 真话 说谎
        一定 すべて もし 嘘つき 嘘を 正直 論理 모든 거짓말 진실 논리 결론 추론 따라서 كل_ال جميع يكذب كاذب الحقيقة منطق استنتاج لغز यदि सभी झूठ सच
        पहेली निष्कर्ष तर्क যদি সকল সমস্ত মিথ্যা সত্য ধাঁধা সিদ্ধান্ত wote ikiwa entailment neutral contradict
        contradictory it_true what_follows follow_from it_follows flaw weaken strengthen plausible wahrscheinlich
        folgt_daraus was_folgt vermutlich folge_davon ursache widersprechen pramisse hypothese fehlschluss gultig
        schliessen luge wachter deduire decoule faille raisonnement valide probable consequence se_deduce contradicen
        hipotesis fallo argumento следует_ли отсюда посылка гипотеза противоречие ошибка_рассуждения вероятнее
        скорее_всего значит логика 由此 得出 蕴含 矛盾 中立 假设 论证 漏洞 削弱 守卫 更可能 可能发 会怎么 会怎样 導ける 矛盾す 前提か 仮説 推論 問題点 考えら 門番 だろう でしょ
        誰か どこか あり得 jug rope ropes weighing weighings cross_the boat_holds каждый_раз сосуды взвешивания 绳子 天平 称两次 过河
        天秤 best_explanation both_readings ambiguous schluss_falsch follows_about conclude_about know_about what_must
        is_lying a_liar always_lies one_truth one_lie alibi witness witnesses suspect suspects rule_out rules_out
        which_assumption hidden_in what_explains explains_all likely_cause possible_explanations reason_it reason_from
        work_out think_it the_flaw could_both which_causes causes_which what_order which_order shortest_schedule
        seating all_possibilities all_orders which_combination which_boards who_sits who_goes who_lives who_wears
        who_owns which_door odd_one comes_next rearrange_the letters_of which_word daraus aussage falsch_sein wer_lugt
        tater ausschliessen hinkt vermutest spricht_dagegen schritt_fur begrunde begrunde_das reihenfolge dienstplan
        sitzordnung wer_wohnt wer_sitzt wer_fahrt passt_nicht buchstaben_von bilde_aus teekesselchen en_deduire deduis
        mentent dit_vrai coupable temoin infirmer valable cloche plus_probable vraisemblablement etape_par quel_ordre
        planning_qui qui_habite cherche_l l_intrus intrus justifie lettres_de mon_premier deducelo deducir se_sigue
        mienten la_verdad culpable testigo desmentiria es_valido que_falla falla_aqui causa_mas mas_probable
        probablemente razonalo que_orden cuadrante_que quien_vive cual_sobra quien_sobra sobra_y letras_de que_indica
        что_следует выводе вывести выведи верно_ли рассуждение врет лгут кто_говорит правду виновен свидетель
        опровергло вероятнее_всего причина_вероятнее по_пунктам каком_порядке порядке составь_график рассади кто_где
        кто_мог что_лишнее кто_лишний лишнее лишний продолжи_ряд из_букв букв_слова все_варианты как_лист 说明什 明什么 得出什
        出什么 推论 成立吗 撒谎 说真话 凶手 证人 排除 推翻它 错在哪 最可能 逐条 一步步 步步 什么顺 按什么 先做哪 先卸哪 排一个 排出 谁住哪 怎么安 怎么过 所有坐 不是同 哪个不 找规律 规律 下一个 打一物
        打一食 有没有 能同时 最矮 最高的 谁说 谁干的 是谁干 何が言 が言え 言える 何がわ がわか つきだ 犯人 証人 除外 両立 おかし どこが もっと ありそ 可能性 原因を 条項ご 順を追 一つず どの順 順番
        段取り どちら 誰がど 誰がや 条件を 全部挙 仲間外 外れは 違うの 規則を 規則で 次を なーん 言葉遊 がある this_sentence cards_show weigh_both justify_each
        explanations_that dieser_satz karten_a umdrehen lesarten abwagen cette_phrase quelles_cartes retourner_pour
        esta_frase que_cartas girar_para это_предложение истинно ложно перевернуть_чтобы 这句话 该翻哪 翻哪几 是真的 弄清楚 この文 は真か
        めくる 突き止 書けた
    """,
    # Order, place, kinship and time: what puzzles relate their objects by.
    "relation": """
        taller shorter older younger heavier lighter faster slower left_of right_of to_the next_to leftmost rightmost
        in_front behind above below beside opposite facing turn_left turn_right turn_around steps clockwise upside
        swap swaps trade trades switch positions position fastest oldest youngest tallest shortest heaviest second_to
        finished first_place sits sit seated seating row_of lives_in house houses neighbor neighbour neighbors order
        arranged ranking ranked before after earlier later day_before day_after tomorrow yesterday brother sister
        father mother uncle aunt cousin son daughter nephew niece grandfather exactly_one at_least at_most
        different_colours different_colors ends_up where_is belong belongs odd_one pattern analogy grosser kleiner
        alter junger schneller links rechts neben hinter vor bruder schwester grosste sitzt plus_grand plus_petit
        plus_jeune plus_grande a_gauche a_droite frere soeur mas_alto mayor_que menor_que izquierda derecha hermano
        hermana mas_alta mas_rapido mais_alto mais_baixo mais_velho direita irmao выше ниже старше младше слева справа
        брат сестра быстрее самый 左边 右边 前面 后面 哥哥 姐姐 弟弟 妹妹 大于 最高 最矮 比小 谁最 高い 低い 左に 右に 一番 誰が 誰で より背 키가 왼쪽 오른쪽 누가 가장 أطول
        أقصر أكبر أصغر يسار يمين أخ أخت लंबा छोटा बड़ा बाएं दाएं भाई बहन সবচেয়ে লম্বা ছোট বড় ডান বাম ভাই বোন kaka
        dada finished_before arrived_before came_before sits_between directly_below directly_above on_top north_of
        south_of east_of west_of goes_to moved_to went_to put_the picked_up dropped_the took_the carries looks_for
        if_today vorgestern ubermorgen uber_dem ganz_links ganz_unten zwischen verwandt avant_hier apres_demain entre
        au_dessus au_nord au_sud anteayer pasado_manana al_norte allergique alergica extremo позавчера послезавтра
        между выше_чем слева_от приходится победил раньше позже 前天 后天 之间 最左 最右 北边 南边 上面 下面 从左到 谁第一 先到 晚到 面朝 向右 向左 右转
        左转 什么人 关系 一昨日 の間に 左端 一番下 より先 より後 一着 向いて 下にあ 順番は
    """,
    # Judging what happens, why, and what people mean.
    "judgement": """
        plausible likely most_likely best_explains which_of of_these the_following following_statements choose_the
        correct_answer correct_option cause caused causes effect intentionally because why_did what_happens happen
        happens would_happen would_most predict expected affect affects result results_in what_would what_might
        what_could what_should someone person people typical sarcastic ambiguous refers refer antecedent more_likely
        least_likely evidence support supported primarily according passage context question answer options choices
        scientists experiment investigate observe organism used_for welche_der warum lequel pourquoi probablement
        probablemente почему вероя- 下列 以下哪 哪一 最可能 为什么 次のう どれ なぜ 다음 어느 أي_من لماذا निम्नलिखित কোনটি
    """,
    # What is done with a text that is there.
    "edit": """
        summarise summarize summary shorten rephrase rewrite reword paraphrase proofread correct_the translate
        classify categorize label_the tag_this extract reply_to answer_this turn_into turn_these make_this put_into
        polish simplify_this expand_this tone_of sentiment_of key_points bullet_points into_bullet fasse_zusammen
        fasse fass fass_diesen kurze korrigiere ubersetze klassifiziere extrahiere antworte_freundlich formuliere
        mach_aus hoflicher freundlicher resume reformule corrige corriger traduis classe_cette classe_ces extrais
        reponds_poliment transforme_en rends_ce traduce clasifica saca_los contesta convierte_en haz_este pon_esto
        ponle_titulo перескажи сократи исправь переведи определи_тип выпиши выдели ответь_вежливо сделай_письмо смягчи
        этот_отзыв придумай_заголовок напиши_проще 概括 总结 改病句 病句 翻译 译成 翻译成 提取 找出来 人名找 客气地 回复这 写得委 委婉 通俗点 写成邮 改成 好评吗 起个标
        整理成 语气对 要約 要約し 直して 訳して 英語に 抜き出 丁寧に 返信し メール に直し 敬語に 好意的 見出し 言い方
    """,
    # Texts to be written for people.
    "prose": """
        poem haiku limerick story stories letter email e_mail mail essay song lyrics speech slogan tweet caption blog
        post recipe card cover_letter resume cv biography newsletter press_release announcement invitation toast note
        message reply headline title name names tagline dialogue scene novel fairy_tale bedtime_story joke jokes pun
        memo agenda minutes_of report proposal pitch advertisement ad product_description linkedin instagram tone
        polite friendly formal professional apology thank_you congratulate obituary farewell brochure gedicht brief
        rede einladung absage hofliche formuliere lied poeme histoire lettre courriel discours redige rediger poli
        poema historia carta correo discurso redacta cuento amable poesia lettera стих стихотворение письмо историю
        сказку поздр- пригл- 写一封 写一首 写一篇 邮件 作文 故事 辞职信 文案 演讲 朋友圈 手紙 メール 物語 挨拶 スピー 편지 이메일 시를 이야기 قصيدة قصة رسالة خطاب
        مقال بريد कविता कहानी पत्र भाषण निबंध ईमेल কবিতা গল্প চিঠি ইমেইল রচনা barua a_text reminder_for notice
        review_of announce bedtime rhyme verse paragraph first_paragraph crime_novel schreib schreibe verfasse entwirf
        aushang anzeige stellenanzeige karte text_fur gluckwunschkarte gutenachtgeschichte erfinde ecris ecrire
        annonce invente blague texte escribe anuncio mensaje inventa chiste texto напиши составь придумай объявление
        сообщение сказка анекдот 写一段 写一则 写一个 写一份 起草 广告 笑话 祝福语 書いて 考えて 広告 文面 童話 冗談
    """,
    # Texts to be worked over, and advice.
    "service": """
        recommend suggest suggestions advice tips ideas summarize summarise summary tldr translate translation
        rephrase rewrite proofread typos grammar paraphrase shorten key_points main_points bullet_points article
        articles explain_like describe brainstorm plan_a help_me tell_me give_me can_you could_you would_you show_me
        book_a set_a remind_me schedule cancel call play turn_on turn_off what_s how_do how_can how_to i_need i_want
        d_like please should_i compare review recommendations difference_between pros_and checklist itinerary draft
        outline classify_the sentiment empfiehl fasse ubersetze unterschied was_ist wie_kann ich_mochte bitte ideen
        erklare conseille resume traduis difference_entre quelle_est aide_moi pouvez_vous idees propose corrige
        explique recomiendame consejos traduce diferencia_entre cual_es quiero ayudame puedes explica resuma traduza
        diferenca_entre qual_e voce_pode sugira traduci spiega посов- совет перес- перев- объяс- разни- идеи предл- 推荐
        建议 总结 翻译 介绍 帮我 怎么样 区别 什么是 应该包 おすす 教えて 要約 翻訳 とは何 につい 手伝っ 추천 알려줘 요약 번역 도와줘 설명해 انصح نصائح لخص ترجم ما_هو ما_هي
        اشرح ساعدني اقترح सुझाव सलाह अनुवाद सारांश बताइए क्या_है समझाइए मदद পরামর্শ অনুবাদ সারাংশ কী_কী বলুন tafsiri
    """,
    # The world that people talk about.
    "world": """
        travel trip hotel flight flights restaurant movie film films movies book books band album singer actor actress
        president king queen capital country countries city cities birthday wedding weather dog dogs cat cats food
        cook cooking baking dinner breakfast lunch coffee tea wine garden plants kids children family friend friends
        mom mum dad husband wife boyfriend girlfriend boss colleague office meeting customer customers client clients
        employee employees team manager company business marketing sales brand job_interview interview salary rent
        landlord mortgage insurance bank_account credit_card account balance bill health doctor diet exercise workout
        sleep stress anxiety gym music guitar piano football soccer basketball olympics team_building war century
        history historical famous religion church museum painting art artist writer author novelist tv show series
        season episode starred directed award oscar born died founded located river mountain ocean island language
        english spanish french german holiday vacation christmas gift gifts party fashion clothes dress shoes hair
        skin makeup car cars bike phone laptop camera game games school university teacher politics government
        election law court police news climate animal animals reservation luggage passport visa alarm timer shopping
        reise urlaub kinder familie freund freundin geburtstag buro kunden kunde chef firma rezept essen stadt buch
        wetter wohnung miete garten geschenk voyage enfants famille ami amie mariage anniversaire bureau entreprise
        recette capitale ville livre appartement cadeau jardin collegue viaje ninos familia boda cumpleanos oficina
        cliente clientes empresa receta capital_de ciudad libro pelicula tiempo vacaciones abuela jefe aniversario
        presente chefe compleanno отпуск детей друг друга подру- свадь- рожде- клиен- компании рецепт столи- книга
        книгу фильм погода начал- 旅游 旅行 孩子 家人 朋友 婚礼 生日 公司 客户 老板 同事 做菜 首都 城市 电影 天气 礼物 老人 健康 减肥 老师 面试 友達 結婚 誕生日 会社 お客様
        上司 レシピ 映画 天気 プレゼ 여행 아이 가족 친구 결혼 생일 회사 고객 영화 날씨 선물 레시피 맛집 수도 سفر رحلة أطفال عائلة صديق زفاف عيد_ميلاد شركة
        العملاء وصفة عاصمة مدينة كتاب فيلم الطقس هدية यात्रा बच्चों परिवार दोस्त शादी जन्मदिन कंपनी ग्राहक रेसिपी
        राजधानी शहर किताब फिल्म मौसम उपहार ভ্রমণ পরিবার বন্ধু বিয়ে জন্মদিন কোম্পানি রেসিপি রাজধানী শহর বই সিনেমা
        আবহাওয়া উপহার safari watoto kampuni mapishi mji_mkuu kitabu train station airport bus metro subway taxi beach
        lake castle tourist visit stay weekend_in neighbour neighbor neighbours flatmate roommate grandma grandmother
        grandpa aunt uncle baby birthday_party card_for wear jacket size colour kitchen bathroom bedroom heating light
        lights washing sofa carpet stain bread cake egg eggs flour rice chicken soup sauce cheese salad oven recipe
        recipes dessert vegetarian vegan body liver heart blood bones stomach brain snake snakes zoo bird birds horse
        tree flower flowers song songs concert ticket tickets match goal pupil homework exam lesson kindergarten cv
        job jobs shop store market price prices cheap expensive gift_for electricity bill_for bicycle scooter driver
        licence license fuel garage insurance_for tax taxes pension apartment flat house neighbourhood funeral love
        relationship marriage divorce friend_s lonely feelings mood emperor revolution empire independence republic
        parliament minister constitution population inhabitants desert volcano planet moon painter composer poet novel
        opera album_by singer_of discovered invented inventor zug bus_nach strand see schloss urlaub_in nachbarn oma
        opa kleid schuhe grosse kuche bad heizung licht waschmaschine teppich wein brot kuchen eier mehl reis suppe
        kase ofen schlangen hund katze lied konzert lehrer schule laden markt preis fuhrerschein steuer haus liebe
        freunde kaiser einwohner maler erfunden berlin osterreich schweiz hamburg munchen train_pour gare plage
        montagne voisin voisine grand_mere robe chaussures taille cuisine chauffage lumiere machine_a tapis tache vin
        pain gateau oeufs farine poulet soupe fromage four foie serpent chien chat professeur ecole examen magasin
        marche prix velo permis retraite maison amour amis roi habitants ile invente paris france cadeau_pour fille
        fils fils_de soeur femme tren vecino zapatos talla cocina calefaccion luz lavadora alfombra mancha vino pan
        huevos harina arroz pollo sopa queso horno higado caballo perro gato profesor tienda mercado precio impuestos
        casa amor rey guerra habitantes madrid espana hija hijo mujer поезд автобус пляж замок сосед куртка размер
        кухне отопление батареи свет стиральная пятно вино хлеб собака кошка учитель школе экзамен магазин рынок цена
        велосипед налог квартира квартиру дом друзья войны изобрел россии москва питере дочь сын сына 火车 高铁 地铁 邻居 奶奶
        爷爷 阿姨 外套 鞋子 尺码 厨房 客厅 卧室 房东 地毯 油渍 面包 蛋糕 鸡蛋 米饭 红烧 肝脏 小猫 小狗 学校 考试 商店 便宜 自行车 税款 退休 房子 租房 沙漠 发明 北京 上海 日本 美国 女儿 儿子
        丈夫 電車 祖母 台所 寝室 大家さ 冷蔵庫 洗濯 掃除 染みの シャツ パンを ケーキ 卵を ご飯 鶏肉 料理 肝臓 犬の 試験 値段 自転車 家賃 部屋 結婚式 発明 東京 京都 大阪 息子 妻の 先生
        itinerary hydrangea tulips tomatoes orchid gardening kitten hamster aquarium puppy sicily venice lisbon
        vietnam itineraire sicile voiture ежика фикуса 花园 多肉 浇水 持ち物 旅行の logic_as philosophy philosophie filosofia
        философии 哲学 哲学里 country_of voucher session_expired sitzung_abgelaufen session_expiree sesion_caducada
        сессия_истекла 会话已 ッショ checkout at_checkout payment_page card_declined hour_late calendar_app your_site
        your_website ihre_seite votre_site vuestra_pagina ваш_сайт 你们网 你们的 no_maths in_plain exam_and maths_exam
    """,
    # Questions for a fact about the world.
    "fact question": """
        which_two which_english which_scottish which_irish which_french which_band which_film which_actor which_river
        which_london whose the_author the_president the_tv tv_series who_did first_episode nationality of_which
        the_longest the_largest the_capital who_was who_is who_wrote who_won who_played who_sang what_was what_is
        which_country what_year when_did when_was where_is where_did which_british what_name name_the the_name
        in_which in_what what_type what_s what_are what_does who_are known_as called_the wer_war wer_ist wann_wurde
        was_sind qui_est quand_a quien_es quien_fue quem_e chi_ha 谁是 是谁 哪一年 誰です 누구 언제 من_هو متى कौन_है कब_हुआ কে_ছিলেন
    """,
    # Politeness and small talk.
    "small talk": """
        hi hello hey thanks thank goodbye ok okay yes no great cool awesome helpful lol morning night feel feeling
        love hate happy sad tired bored cheer hola gracias obrigado спасибо こんに 안녕 고마 مرحبا شكرا नमस्ते धन्यवाद হ্যালো
        ধন্যবাদ asante
    """,
    # Work that stays hard however short it is put.
    "hard": """
        prove proof disprove conjecture hypothesis theorem lemma rigorous rigorously formally derive distributed
        concurrent lock_free consensus raft fault_tolerant architecture architect optimize optimise optimal complexity
        cryptography cryptographic compiler_for kernel race_condition deadlock microservices trade_offs millions_of
        billions_of transactional exactly_once eigenvalues manifold topology homomorphism isomorphic abelian
        differential_equation riemann goldbach collatz p_np quantum relativity hamiltonian lagrangian all_functions
        all_integers all_real all_positive all_primes infinitely_many for_all necessary_and irrational comprehensive
        thorough detailed strategy critically evaluate_the valuation litigation jurisdiction constitutional regulatory
        compliance reconcile end_to monolith legacy vulnerability exploit transformer reinforcement all_orders
        multi_tenant sharding replication linearizable type_inference beweise architektur demontre demontrer prouve
        demuestra distribuido докаж- распр- 证明 分布式 并发 猜想 証明 分散 증명 최적화 분산 أثبت تحسين सिद्ध अनुकूलन প্রমাণ
    """,
    # Work that stays easy however long it is put.
    "easy": """
        hi hello thanks thank typos one_sentence simple simply quick short briefly plain_words beginner beginners
        basic easy spell spelling synonym synonyms antonym define definition capital_of translate convert hello_world
        fix_the name_the list_the what_time what_day how_old joke haiku limerick uppercase lowercase kurz einfach
        sencillo gracias simples obrigado спасибо 简单 一句话 簡単 간단 بسيط شكرا सरल संक्षेप সহজ
    """,
    # Somebody speaks of himself: everyday life has an I, exercises have none.
    "person": """
        i my me mine we our us i_m i_ve i_d i_ll myself ich mein meine meinen meinem meiner mir mich wir unser unsere
        uns je j mon ma mes moi nous notre nos yo mi mis tengo quiero estoy soy eu meu minha io mio mia ho я мой мои
        мне меня мы наш нас моего 我 私 うち 나는 내가 저는 제가 우리
    """,
    # Orders, accounts, bills: what people write to those who sold them something.
    "support": """
        order orders ordered parcel package delivery delivered deliver shipping ship shipped refund refunded invoice
        subscription cancel cancellation return_it replacement warranty guarantee charged charge account password
        log_in login sign_in membership customer complaint complain voucher receipt payment tracking arrived arrive
        late damaged broken exchange support hotline router contract address discount renewal unsubscribe billing
        transfer transaction debit booked booking reservation appointment cancelled canceled delayed luggage seat
        card_number statement deposit bestellung bestellt paket lieferung rechnung kundigen kundigung gutschein
        garantie konto passwort anmelden vertrag abgebucht mahnung termin zuruckgeben stornieren commande colis
        livraison remboursement rembourser facture abonnement resilier compte mot_de connexion debite retard
        reclamation paiement rendez annuler expedition pedido paquete envio entrega reembolso factura suscripcion
        devolucion garantia cuenta contrasena cobraron cobrado retraso cita tarjeta encomenda ordine pacco rimborso
        abbonamento disdire account_e заказ посылка посылку вернуть верните подписку аккаунт пароль списали счет
        оплатить гарантия обменять отменить запись карты жалоба договор 订单 发货 快递 退款 退货 换货 账号 账户 密码 登录不 验证码 扣款 发票 会员 续费
        投诉 预约 银行卡 注文 届き 届か 返金 返品 交換 請求 荷物 配送 発送 解約 会員 領収書 予約 支払 再発行 問い合 주문 배송 환불 교환 결제 계정 비밀번 취소 예약 sim withdrawal
        kundennummer distributeur avalee договора интернет тариф 流量 契約
    """,
    # Bodies and what ails them.
    "health": """
        fever doctor mg tablet tablets pill pills dose ibuprofen paracetamol aspirin pain ache headache pregnant
        pregnancy baby symptoms symptom sick ill cough flu blood_pressure cholesterol vet vitamin medicine medication
        hurts allergy allergic tired calories weigh sleep kg_and surgery therapy period fieber arzt arztin tabletten
        krank ruckenschmerzen schlafen blutdruck fievre medecin comprimes enceinte bebe tension dormir fiebre medico
        pastillas enferma температура врач врача таблетки болит давление спать 发烧 医生 感冒 血压 症状 过敏 宝宝 熱が 病院 風邪 血圧 薬を 眠れ
        赤ちゃ 의사 두통 감기 열이
    """,
    # Days and months, which numbers are counted for.
    "calendar": """
        monday tuesday wednesday thursday friday saturday sunday weekend january february march april may june july
        august september october november december today tonight tomorrow morning evening night noon o_clock pm am
        week month date dates deadline montag dienstag mittwoch donnerstag freitag samstag sonntag wochenende februar
        marz mai juni juli heute morgen abend uhr lundi mardi mercredi jeudi vendredi samedi dimanche fevrier mars
        avril juin juillet aout septembre octobre demain ce_soir lunes martes miercoles jueves sabado domingo febrero
        marzo mayo junio julio agosto septiembre hoy manana segunda domani понедельник вторник среду четверг пятницу
        субботу воскресенье сегодня завтра вчера февраля марта мая июня августа вечером утром 今天 明天 昨天 周一 周二 周三 周四 周五
        周六 周日 星期 周末 早上 晚上 下午 上午 今日 明日 昨日 月曜 火曜 水曜 木曜 金曜 土曜 日曜 午前 오늘 내일
    """,
    # Explanations that are asked for.
    "why": """
        why how_does how_did explain what_caused reasons reason_for pros cons advantages should_i should_we warum
        wieso wie_funktioniert erklare erklar ursachen grunde nachteile pourquoi comment_fonctionne explique causes
        avantages inconvenients por_que como_funciona explica causas ventajas desventajas perche spiega cause почему
        как_работает объясни причины 为什么 怎么工 原因 缺点 优缺点 解释 利弊 なぜ どうし 理由 仕組み メリッ デメリ 説明し 왜 이유 원리 장단점
    """,
    # Question words for facts.
    "who and when": """
        who when where wer wann wo woher welcher welche welches qui quand quel quelle quels quelles quien cuando donde
        cual cuales quem quando onde qual chi dove quali кто когда где какой какая какое какие каком откуда 谁 哪里 哪个 哪一
        哪些 哪年 什么时 何时 誰 いつ どこ どの どちら 何年 누가 누구 언제 어디 어느
    """,
    # Phones, pages and tables: somebody's broken app, or somebody's code.
    "device": """
        app apps phone screen page pages browser website site menu footer header tab tabs login_page pipeline crash
        crashes freezes hover mobile desktop android ios iphone simulator plugin extension spreadsheet sheets sheet
        cell formula macro word_document excel_formula google_sheets handy bildschirm seite webseite makro tabelle
        formel telephone ecran navigateur formule plante pagina_web navegador movil hoja celda menu_desplegable
        приложение страница страницу сайт браузер меню таблица формула телефона бот бота 网页 页面 浏览器 手机 屏幕 闪退 空白 按钮 小程序
        公式 单元格 表格 爬虫 网站 前端 画面 ページ ブラウ アプリ ボタン サイト エクセ セル 関数は スマホ 表示さ 真っ白
    """,
    # Mathematics as universities name it.
    "advanced": """
        group groups ring field abelian cyclic integral_domain vector_space laplace fourier laurent eigenvalue
        eigenvalues eigenvectors jordan residue series converge convergent absolutely_convergent likelihood estimator
        irreducible monic polynomial klein_bottle homology measure banach compact metric topological holomorphic
        induction divisible_by irrational congruent modulo gradient gauss jordan_normalform konvergente induktion
        teilbar beschrankte suite_de serie_de groupe recurrence divisible grupo induccion transformada_de собственные
        ряд индукции делится неравенство матрицы 特征值 特征向 连续函 归纳法 微分方 不等式 向量 有界 闭区间 帰納法 微分せ 倍数で 任意の 自然数
    """,
    # Everyday arithmetic.
    "sums": """
        tip split half_of percent_of square_metres square_meters celsius fahrenheit convert_to in_minutes in_hours
        in_pounds mehrwertsteuer pfund flache durchmesser teile geteilt minus wurzel zinseszins perimetre carre remise
        solde_a descuento area porcentaje divide entre скидка процентов раздели площадь годовых 打八折 利率 年利率 本息 除以 半径 周长
        体积 边长 求宽 分之 平方米 割引 引きは 複利 年利 割ると 通りで 確率を 個ずつ おつり 残りは 全部で 時速 何本で travels distance discount rounds interest_rate
        doubles monthly_payment principal arrangements urne kugeln wahrscheinlichkeit_zieht moglichkeiten rabatt
        vitesse distance_parcourt velocidad_media скорость скорости вероятность способами marbles coins dice cards
        drawn without_replacement at_random
    """,
    # Odd ones out, analogies, riddles.
    "analogy": """
        is_to odd_one not_belong not_fit the_others comes_next next_in analogy as_foot verhalt_sich passt_nicht intrus
        est_a ce_que l_intrus plus_il no_pertenece es_al es_a относится лишнее 不同类 就像 对手套 仲間は と同じ の関係
    """,
}

KINDS: Final[tuple[str, ...]] = tuple(_TEXT)
"""The kinds of term, in the order in which the weights name them."""


@cache
def terms_by_kind() -> Mapping[str, frozenset[str]]:
    """The terms of every kind. Made when first asked for, as the next two are."""
    return {kind: _terms(text) for kind, text in _TEXT.items()}


@cache
def terms_by_word() -> Mapping[str, tuple[str, ...]]:
    """Every term with the kinds it hints at; most have one."""
    found: dict[str, tuple[str, ...]] = {}
    for kind, terms in terms_by_kind().items():
        for term in terms:
            found[term] = (*found.get(term, ()), kind)
    return found


@cache
def false_friends() -> frozenset[str]:
    """Pairs of words that mean something else together than apart."""
    return _terms(_FRIENDS)


def _terms(text: str) -> frozenset[str]:
    return frozenset([entry.replace("_", " ") for entry in text.split()])


_FRIENDS: Final = """
    code_of dress_code zip_code postal_code area_code building_code penal_code promo_code discount_code coupon_code
    morse_code moral_code civil_code country_code door_code code_red code_name bar_code qr_code da_vinci yoga_class
    first_class dance_class cooking_class spin_class working_class middle_class upper_class lower_class world_class
    class_flight class_reunion class_action class_president pilates_class art_class business_class economy_class
    class_ticket class_trip class_clown evening_class class_schedule fitness_class class_mail prime_minister
    prime_time prime_rib prime_video amazon_prime prime_location prime_suspect subprime_mortgage string_quartet
    string_instruments string_instrument string_section string_lights string_theory g_string string_beans
    string_cheese golden_triangle love_triangle bermuda_triangle triangle_offense bug_bite bed_bug bed_bugs bug_spray
    stomach_bug lady_bug rust_off rust_from rust_stains rust_belt rust_remover rusty_nail python_snake ball_python
    burmese_python pet_python monty_python monty_python's java_indonesia java_island coffee_java java_coffee
    swift_concert taylor_swift taylor_swift's ruby_ring ruby_slippers ruby_earrings family_tree christmas_tree
    apple_tree tree_house olive_tree lemon_tree palm_tree shopping_list guest_list bucket_list wish_list grocery_list
    packing_list playlist_for waiting_list mailing_list table_reservation dining_table coffee_table kitchen_table
    round_table periodic_table table_manners table_tennis pool_table wedding_table key_lime key_west key_ring car_keys
    piano_keys movie_script film_script script_for sea_shell shell_pasta egg_shell taco_shell movie_library
    public_library local_library library_card library_fine body_functions royal_function social_function
    wedding_function function_room function_hall bodily_functions birth_control remote_control pest_control
    spring_break spring_cleaning spring_flowers spring_rolls hot_spring hot_springs integral_part integral_wheat
    integral_to derivative_market derivatives_market derivatives_trading math_teacher maths_teacher math_exam
    math_rock pi_day apple_pi raspberry_pie mean_girls mean_to what_mean mean_person volume_knob turn_volume
    family_values core_values brand_values market_value social_network network_event networking_event bank_branch
    olive_branch tree_branch commit_to commit_crime thread_count sewing_thread test_drive pregnancy_test blood_test
    driving_test test_anxiety haystack_hair logic_pro argument_with lie_down lies_ahead lying_down true_crime
    true_love false_friend false_alarm square_dance times_square town_square square_garden square_enix factor_50
    x_factor sum_up root_canal root_vegetables square_meal sequence_dress rational_emotive complex_carbs
    apartment_complex inferiority_complex office_complex guitar_solo solve_conflict cell_phone cell_membrane
    magic_mirror access_card boot_camp snow_boots hiking_boots cookie_recipe cookies_recipe chocolate_chip bash_party
    birthday_bash go_out go_fish going_to cloud_watching rain_cloud web_spider spider_web mouse_trap pet_mouse
    office_party shell_necklace objects_to daily_routine morning_routine skincare_routine bedtime_routine
    dance_routine server_at restaurant_server client_lunch table_for row_boat row_over host_family talk_host
    party_host port_wine port_city cruise_port sea_port verhaltens_kodex erste_klasse yoga_kurs premiere_classe
    code_vestimentaire code_postal premier_ministre codigo_postal codigo_de primera_clase primer_ministro clase_de
    prima_classe primo_ministro codice_postale codice_fiscale primeira_classe primeiro_ministro codigo_civil sim_card
    data_plan phone_number phone_bill class_teacher family_name
"""
