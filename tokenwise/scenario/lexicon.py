"""What words mean to the scenario detector: terms in fourteen languages, by the kind of work they hint at.

Written by hand, not learned; the points each kind is worth are learned and stand in `scenario_weights`. A plain entry
is a whole word; accents and capitals do not matter. `how_many` is two words in a row. `funkt-` is every word that begins so and is longer than
five letters: exactly five letters, so that one look-up finds it. In Chinese, Japanese and Korean an entry is two or
three characters in a row, since those scripts do not mark where words end.

A false friend is a pair of words that together mean neither: "prime minister" is no arithmetic. Both words of such a
pair are struck out before anything else is looked at.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from tokenwise.scenario.folding import fold

__all__ = ["KINDS", "false_friends", "terms_by_word"]

_TEXT: Final[Mapping[str, str]] = {
    # Names that hardly occur outside programming.
    "code name": """
        div fn printf println stdlib virtualenv kwargs goroutine mutex localhost href cors dns ssl tls vpn python
        javascript typescript golang c++ c# f# kotlin php perl scala haskell bash zsh powershell sql mysql postgres
        postgresql sqlite mongodb redis html css json yaml xml csv regex regexp api apis react vue angular svelte
        django flask fastapi pandas numpy pytorch tensorflow sklearn matplotlib docker dockerfile kubernetes kubectl
        helm git github gitlab npm yarn pip webpack linux ubuntu sudo grep awk sed cron crontab nginx aws terraform
        ansible nodejs jquery ajax sdk cli ide vscode vim tmux ssh http https url urls oauth jwt kafka spark hadoop
        graphql grpc vba excel vlookup matlab julia fortran cobol assembly solidity wordpress laravel symfony rails
        spring hibernate junit pytest selenium cmake makefile gcc clang llvm cuda opengl unity firebase supabase
        prisma openapi postman nextjs useeffect usestate dataframe dataframes dplyr ggplot gzip tar curl wget xargs
        chmod rsync stdin stdout stderr utf unicode ascii ipython jupyter elixir erlang clojure lua dart flutter zig
        nim ocaml питон питоне джаваскрипт 파이썬 자바 자바스 بايثون جافا جافاسكريبت पायथन जावास्क्रिप्ट পাইথন パイソ godot
        unreal pygame arduino raspberry swiftui xcode gradle roblox keras tensorboard esp stm modbus gpio certbot
        prometheus grafana jest mockito cypress vite tailwind bootstrap sass pascal паскаль паскале ардуино юнити 树莓派
        安卓 ラズパ
        jwts websocket websockets webhook webhooks heroku vercel netlify cloudflare_worker jenkins bitbucket
        github_action github_actions gunicorn uvicorn celery rabbitmq airflow dbt snowflake_warehouse bigquery
        dynamodb cassandra elasticsearch kibana apache_server tomcat maven pnpm babel eslint prettier tslint
        mypy pylint ruff mocha playwright rspec nuxt express_js nestjs wordpress_plugin drupal magento sinatra
        asp_net blazor dotnet unity_script raspberry_pi matlab_script prolog lisp groovy
        assembly_code wasm opencl tkinter pyqt qt_app electron_app react_native notebook_cell vs_code intellij
        android_studio emacs jq scp chown systemd systemctl journalctl iptables xlookup hlookup sumif sumifs
        countif countifs sverweis wverweis summewenn zahlenwenn recherchev somme_si nb_si buscarv sumar_si
        contar_si впр суммесли счетесли power_bi power_query dax apps_script swagger protobuf json_schema xpath
        xslt latex_code tikz flexbox bootstrap_css scss axios fetch_api redux vuex pinia zustand sequelize
        sqlalchemy jpa mongoose orm orms mvc helm_chart minikube openshift lambda_function
        iam_role vpc cdn dns_record nosql oltp olap etl scikit_learn tidyverse питона джава докер докере гит
        гите вордпресс экселе эксель 爬虫 小程序 前端代 后端接 ジャバ ドッカ ギット gas
    """,
    # Things and complaints that belong to programming in nearly every sentence they occur in.
    "code thing": """
        quicksort mergesort heapsort bubble_sort dijkstra bfs dfs time_complexity space_complexity big_o
        distributed_consensus consensus_protocol byzantine distributed_system distributed_systems a_parser a_compiler
        state_machine rest_api design_pattern one_liner crash_log memory_usage cpu_usage stack_overflow 冒泡排 二叉树 链表 递归
        бинарное_дерево rate_limiter reverse_proxy proxy load_balancer snake_game the_browser let_and const var in_sql
        detached_head last_commit undo_the operating_system a_process a_thread pods node_selector exit_code
        status_code the_build build_fails unit_testing 排序 队列 消息队 快速排 循环链 cycle_detection key_value array arrays
        boolean compiler tuple tuples dict hashmap hashtable substring substrings subarray recursion recursive
        endpoint endpoints database databases schema middleware backend frontend callback callbacks async await
        goroutine goroutines struct structs enum iterator codebase repo repository refactor debug debugger debugging
        compile compiles compiled runtime deploy deployment filename filenames directory directories subdirectories
        subfolders hostname username dataset datasets query queries sorted_list linked_list binary_search binary_tree
        stack_trace unit_test unit_tests null_pointer race_condition memory_leak source_code code_review pull_request
        merge_conflict for_loop while_loop nested_loop error_message environment_variable command_line shell_script
        regular_expression regular_expressions data_structure object_oriented type_hints web_app web_page web_scraper
        landing_page chatbot segfault segmentation_fault traceback nullpointerexception typeerror valueerror keyerror
        syntaxerror undefined nan stacktrace parser lexer tokenizer linter docstring pseudocode leetcode dropdown
        navbar checkbox textarea widget plugin microservice microservices webhook websocket websockets mutex deadlock
        multithreading multithreaded concurrency lambda decorator generator inheritance polymorphism constructor
        namespace dependency_injection localstorage timestamp timestamps uuid hash_map hash_table bitwise bitmask
        palindrome palindromes fibonacci programming algorithm algorithms snippet codes_in software encoding encode
        decode decoder serialize deserialize payload datatype typecast whitespace newline lowercase uppercase
        vectorized elementwise plaintext executable filesystem symlink symlinks subprocess daemon pid recursively
        dockerized container_exits sql_query given_list given_string given_array input_list input_string returns_true
        return_true returns_the the_function a_function python_function write_code this_code my_code following_code
        the_code code_to code_that progr- funkt- klasse_in abfrage datei dateien zeichenkette ruckgabe schleife
        fehlermeldung skript skripts variablen parameterwert ganzzahlen befehl befehlszeile kompi- absturz_des
        fonction_qui fonction_python tableau_de boucle script requete fichier fichiers renvoie deboguer dossier_git
        funcion_que funcion_en arreglo arreglos cadena_de bucle consulta_sql archivo archivos devuelva codigo_en
        codigo_que depurar compilar implementa funcao_que funcao_em funcao_para vetor laco arquivo arquivos retorna
        retorne implemente funzione_che funzione_in stringa ciclo_for restituisce codice_che codice_in vettore_di
        функцию функция функции строку строка строки массив массива массиве прогр- код кода скрипт запрос верну-
        возвр- списо- цикл компи- ошибка ошибку сервер баз_данных сайта 代码 函数 编程 程序 数组 字符串 字符 脚本 数据库 接口 报错 变量 循环 算法 编译
        返回 调试 正则 网页 控制台 服务器 线程 コード 関数 プログ ログラ 配列 文字列 スクリ クリプ データ エラー 変数 ループ アルゴ 実装し 返す 正規表 함수 코드 프로그 로그램 배열 문자열 리스트
        스크립 변수 반복문 알고리 데이터 에러 دالة الدالة كود الكود برنامج مصفوفة المصفوفة سلسلة_نصية خوارزمية برمجة قائمة_من
        اكتب_دالة متغير خطأ_في फ़ंक्शन फंक्शन कोड प्रोग्राम स्ट्रिंग सूची_में एल्गोरिदम ऐरे ফাংশন কোড প্রোগ্রাম
        অ্যালগরিদম msimbo programu kazi_ya console commit commits rebase squash vim regex flexbox grid_layout css_grid
        div padding viewport onclick debounce throttle url_shortener web_server bot telegram_bot todo_app single_page
        html_file typescript bucket kubernetes event_sourced idempotent idempotency event_sourcing failover postgres
        sharded partitioned ring_buffer memory_ordering leader_election bytecode webassembly interpreter
        garbage_collection heap_size thread_safe flag_of stdout cpp makefile rows_by duplicate_rows all_rows
        sql_server dataframe groupby pivot join_two left_join primary_key foreign_key stored_procedure view_that
        column_name konsole kommandozeile ordner verzeichnis programm zeichenketten quelltext commit_ruckgangig
        schnittstelle abstrakte_klasse hauptspeicher einlesen datenbank abfragen repertoire dossier ligne_de
        code_source interface_et base_de chaine_de programme_qui carpeta directorio consola linea_de codigo_fuente
        cadena interfaz_y programa_que bucle_solo hilo hilos программа программу файл файла файлы файлов каталог
        каталоге папка папке консоль консоли потоком поток процессом процесс порт коммит откатить интерфейс
        базы_данных базу_данных запроса скрипты кэш кэша репликация репликацией телеграм_бота построчно выведет
        бот_который 文件 目录 端口 进程 提交 多线程 单例 回文 链接 缓存 部署 容器 幂等 容灾 租户 分布式 高并发 语言读 命令 爬虫抓 死锁 内存 类型 用户表 日志 上传 下载 编码 页面跳 ファイ
        イル数 ログフ ディレ コマン 端末 サーバ スレッ コミッ インタ フェー 抽象ク クラス 整数の 出力は 出力し 引数 戻り値 例外 デプロ キャッ ブラン リポジ 整合性 実装せ 偶数だ 削除す sql
        interrupt interrupt_handler firmware microcontroller sprite collider scaffold healthcheck nullable nulls
        null_values valores_nulos датафрейм датафрейма датафреймы столбцы строку_в переменная переменную ключу юнит
        скрипт_который деплой docker_compose environment_variables umgebungsvariablen entorno_de conteneur contenedor
        контейнер 下拉刷 小程序 秒杀 单元测 接口写 分组求 温度传 コンテ 単体テ 画面遷
        promise_chain closure closures generator_function coroutine coroutines borrow_checker deadlocks
        heap_dump core_dump integration_test test_suite mock_the ci_pipeline pull_requests merge_conflicts
        cherry_pick force_push git_history stash repositories lint_rule formatter refactoring boilerplate
        http_error http_status http_header query_parameter request_body rate_limiting env_vars env_file
        config_file yaml_file json_file csv_file log_file log_files stderr stdin terminal_command bash_script
        cron_job background_job job_queue message_queue message_broker pub_sub monolith serverless schema_for
        database_schema data_model foreign_keys primary_keys composite_index index_on slow_query sub_query
        subquery inner_join outer_join group_by order_by window_function stored_procedures migration_that
        migrations orm_query transaction_isolation acid_properties connection_pool connection_string redeploy
        rollback hotfix changelog_entry semantic_versioning singleton_pattern design_patterns factory_pattern
        abstract_class type_hint type_error syntax_error runtime_error compile_error transpile minify obfuscate
        parse_the parsing regex_for regexes merge_sort breadth_first depth_first dynamic_programming
        data_structures undo_history event_loop event_handler event_listener submit_button form_validation
        form_submission submitting_twice sidebar dropdown_menu hamburger_menu media_query css_class html_page
        responsive_layout breakpoints hot_reload localhost port_number listening_on listens_on in_use process_id
        chroot docker_image dockerfile_for base_image volume_mount pod_stays helm namespace_in ingress
        tls_certificate self_signed ssl_error cors_error cross_origin csrf xss sql_injection sanitize_input
        hash_passwords encrypt_passwords salt_and access_token refresh_token api_token bearer_token
        session_cookie presigned_url unicode_error encoding_error byte_order big_endian
        floating_point integer_overflow infinite_loop nested_loops for_loops while_loops list_comprehension
        dictionary_in dict_in json_response json_payload json_object deserializer marshal optional_chaining
        undefined_is nan_in is_undefined array_of in_place functional_programming immutable_state
        state_management re_render rerender component_does props pure_component server_side client_side
        scrape_the scraping crawler chatbot_in discord_bot slack_bot bot_answers spreadsheet_formula
        conditional_formatting pivot_table formula_that formula_to macro_that macro_to excel_sheet google_sheet
        cells_with column_a column_b column_c column_d update_query select_query crud_app todo_service tic_tac
        hello_world fizzbuzz anagram_checker hangman_in game_loop shader framebuffer led_blink blink_an
        potentiometer gpio spi_bus uart schleifen rekursiv rekursion umgebungsvariable container_leer
        datenbankschema datenbanktabelle tabellenkalkulation abfrage_braucht abfrage_liefert fremdschlussel
        primarschlussel kommandozeilentool befehl_der befehl_um einzeiler kompilieren kompiliert quellcode
        code_zeile programmcode programmiersprache programmiere programmieren_in formular_zweimal
        passworter_hashen verschlusseln hashen port_belegt prozess_den sortieralgorithmus sortiere_ein
        datenstruktur datentyp variablen_in vererbung objektorientiert schnittstelle_in fehlermeldung_in
        speicherfehler speicherleck absturz_mit testserver produktivserver testfall_fur refaktorieren
        merge_konflikt branch_loschen webseite_mit html_seite kontaktformular_mit responsive kopfzeile_in
        endpunkt schnittstellen_doku kommentiere_den regularer_ausdruck regulare_ausdrucke leuchtdiode
        taster_drucken blinken_lassen doppelte_eintrage spalte_a spalte_b spalte_c wenn_funktion boucle_infinie
        boucles recursif recursivite recursive_en variables_d environnement_sont conteneurs schema_de
        cle_etrangere cle_primaire requete_renvoie requete_met requetes compiler_le compile_pas code_qui ce_code
        mon_code langage_de programmation programmer_en programme_en algorithme_de tri_fusion tri_rapide typage
        heritage_en test_unitaire tests_unitaires plantage_de hacher chiffrer_les
        page_html formulaire_envoye expression_reguliere expressions_regulieres regex_pour fonction_javascript
        depot_git branche_git script_qui script_bash serveur_web adresse_localhost dictionnaire_en
        doublons_entre tableau_croise macro_qui led_quand clignoter bucle_infinito bucles recursivo recursividad
        entorno_salen contenedores esquema_de clave_foranea clave_primaria consulta_devuelve consulta_tarda
        consultas_sql comando_para comando_que compilar_el no_compila mi_codigo este_codigo lenguaje_de
        programacion programar_en programa_en algoritmo_de ordenamiento_por herencia_en prueba_unitaria
        pruebas_unitarias cifrar hashear pagina_html expresion_regular regex_para
        repositorio deshago_el ultimo_commit script_que script_de servidor_web tupla diccionario_en
        duplicados_entre arreglo_de tabla_dinamica macro_que parpadee puerto_esta
        fichero_linea filas_repetidas рекур- рекурсия циклы цикле бесконечный_цикл переменные_окружения
        окружения контейнере контейнера схема_базы базы внешний_ключ первичный_ключ запрос_возвращает
        запрос_идет запрос_по командная_строка командной_строке команда_для компилируется компилятор
        исходный_код мой_код этот_код язык_программирования алгоритм_сортировки сортировка_слиянием
        сложность_у структура_данных наследование юнит_тест юнит_тесты автотест тесты_на
        падает_с шифровать_пароли верстка сверстай верстай форма_отправляется регулярка регулярку
        регулярное_выражение функцию_на функцию_которая функция_на репозиторий репозитории коммита коммиты
        конфликт_слияния ветка ветку ветке скрипта скрипте веб_сервер порту кортеж кортежа словарь_в дубли
        дубликаты массив_объектов сводная_таблица макрос макрос_который светодиод на_проде прод проде бэкап
        бэкенд фронтенд эндпоинт апи api_отдает парсер распарсить спарсить фреймворк бот_отвечает нейросеть_на
        循环里 死循环 环境变 变量名 容器里 端口被 端口号 建表 建索引 外键 主键 索引 查询慢 查询结 慢查询 重复行 命令行 这条命 编译器 源码 源代码 这段代 段代码 编程语 算法题 排序算 归并排
        哈希 加密算 哈希表 时间复 空间复 数据结 继承 多态 测试用 空指针 内存泄 溢出 异常处 正则表 仓库里 提交记 分支 合并冲 冲突 回滚 上线后 线上环 服务端 客户端 前端页 后端 接口返 接口报
        请求头 跨域 重复提 表单 居中 布局 响应式 样式 组件 渲染 状态管 刷新组 插件 微服务 定时任 备份脚 逐行 解析 反序列 序列化 字符编 乱码 公式 单元格 透视表 列求和 去重 函数名 参数
        返回值 面向对 元组 字典 二维数 单片机 按键控 串口 爬取 反爬 机器人 日志里 依赖包 版本冲 虚拟环 無限ル 再帰 環境変 ポート 番ポー ータベ ベース 外部キ 主キー 索引を クエリ 重複行
        コンパ パイル ソース ースコ 言語で ソート ートの 計算量 連結リ ハッシ ッシュ 暗号化 継承 テスト ヌルポ メモリ ジトリ マージ コンフ フリク 本番環 本番だ クライ フロン バック エンド
        リクエ レスポ ヘッダ 二重送 フォー 中央に レイア アウト 再描画 コンポ 状態管 プラグ グイン マイク キュー 定期実 アップ 一行ず パース 文字化 文字コ 数式 セルの ピボッ 列を合 重複を
        マクロ 関数を 関数が オブジ タプル 辞書型 二次元 スタッ 二分木 マイコ 点滅 スクレ ボット ログを パッケ 仮想環 型ヒン シェル 正規化 テーブ トーク リダイ 自動化
        merged_branches branches_are already_merged compare_floats two_floats node_modules set_lookup
        list_lookup header_stick sticky_header when_scrolling pagination paginated sequential_scan white_page
        open_files testflight build_from crashes_at turtle_graphics inheritance_in thread_pool async_io
        date_object column_to kopfzeile_soll beim_scrollen vererbung_in weisse_seite index_nicht
        nachkommastellen_aus haut_quand page_blanche l_index cabecera_se hacer_scroll el_indice шапка_должна
        при_прокрутке прокрутке наследования белую_страницу индекс индекса 白屏 走索引 表头 滚动的 真っ白 インデ スクロ 固定し 継承を
        petla petli zapytanie_sql kod_w funkcja_w skrypt skryptu tablica_w ciclo_while non_compila laco_while
        laco_for nao_compila 파이썬 쿼리 서버 dongu fonksiyon_yaz kod_yaz sorgu vong_lap ham_trong
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
        response header status container cluster pod image pipeline workflow job batch lines line search select insert
        merge join group parse render load save funktion funktionen codes klasse liste fehler seite konsole fonction
        classe erreur methode programme funcion codigo clase lista metodo programa funcao erro funzione codice errore
        programma list_of リスト 列表 filas fila colonnes columnas spalten zeilen sensor sensors led pin motor
    """,
    # Mathematics by name.
    "math name": """
        raiz_cuadrada racine_carree raiz_quadrada radice_quadrata quadratwurzel continuum_hypothesis axiom axioms
        cardinality uncountable countable metric_space open_cover fixed_point prime thirds two_thirds as_decimal
        a_decimal mph at_least odds heat_kernel finite_group reciprocals equation equations polynomial polynomials
        quadratic cubic derivative derivatives integral integrals matrix matrices eigenvalue eigenvalues eigenvector
        determinant theorem lemma corollary probability algebra calculus geometry trigonometry perimeter hypotenuse
        circumference divisible divisor divisors remainder modulo factorial logarithm sine cosine tangent coefficient
        coefficients integers rational irrational fraction fractions numerator denominator percent percentage ratio
        median variance standard_deviation permutations combinations binomial vertices parabola hyperbola ellipse
        asymptote convex concave monotone monotonic converge converges convergence diverges limit_of prime_number
        prime_numbers primes real_number real_numbers complex_number natural_number natural_numbers positive_integer
        positive_integers right_triangle isosceles equilateral inscribed circumscribed square_root cube_root
        least_common greatest_common common_divisor common_multiple arithmetic_sequence geometric_sequence
        geometric_series arithmetic_progression expected_value slope intercept x_axis coordinates vector_space
        subspace basis homomorphism isomorphism abelian topology manifold gcd lcm sqrt frac sin cos tan log ln mod pi
        infinitely_many closed_form compound_interest simple_interest interest_rate annual_interest square_feet
        cubic_feet square_meters even_number odd_number digits two_digit three_digit bijection injective surjective
        differentiable continuous_function riemann euler fermat goldbach collatz bayes distribution dice coin_flips
        gleic- ablei- wahrs- primz- bruch bruche wurze- prozent zinsen dreieck kreis flacheninhalt quadratisch summe
        nullstellen beweis beweise derivee integrale probabilite triangle pourcentage pourcent racine nombres_premiers
        nombre_premier perimetre somme_des aire_du theoreme polynome demontre demontrer demontrez quarts tiers
        ecuacion ecuaciones derivada probabilidad triangulo porcentaje fraccion raiz numeros_primos numero_primo
        area_del perimetro suma_de teorema polinomio demuestra demostrar demuestre matriz equacao probabilidade
        porcentagem fracao area_de soma_dos demonstre prove_que equazione derivata probabilita triangolo percentuale
        frazione radice numeri_primi somma_dei dimostra dimostrare уравн- произ- производную интег- вероя- треуг-
        проце- дробь корень корни теоре- докаж- площадь сумму умнож- делится 方程 导数 积分 概率 三角形 百分 分数 根号 质数 素数 极值 面积 周长
        证明 定理 求证 矩阵 多项 整数 无理 平均 除以 余数 方程式 微分 確率 三角 パーセ 分の 平方根 証明せ 証明し 面積 割合 방정식 미분 적분 확률 삼각형 퍼센트 소수 제곱근 증명 넓이 평균
        معادلة المعادلة مشتقة تكامل احتمال مثلث النسبة_المئوية بالمئة كسر جذر الأعداد_الأولية أثبت مساحة समीकरण
        प्रायिकता त्रिभुज प्रतिशत भिन्न वर्गमूल क्षेत्रफल सिद्ध সমীকরণ সম্ভাবনা ত্রিভুজ শতাংশ ক্ষেত্রফল প্রমাণ
        asilimia mlinganyo
        whole_number number_plus ratio_of consecutive_numbers the_digits is_prime confidence_interval
        sample_size handshakes diagonals rhombus polygon laplace_transform taylor_series pythagoras
        hypotenuse_of sine_of angle_of which_angle what_percent percent_of break_even per_piece monthly_payment
        compound annual_rate per_annum exchange_rate catch_up meet_each primzahl vielfaches teiler quersumme
        bruchteil hochzahl wurzel_aus dreisatz eine_zahl moglichkeiten_gibt nullstelle stetige
        differenzierbar gegenbeispiel mittelwert_von mittelwert tilgung monatsrate holt_ein entiers
        anagrammes_a derivee_de limite_de integrale_de recurrence_que moyenne_de factorise resous combien_font
        pour_cent se_rejoignent es_primo cuantos_ceros primeros_numeros anagramas_tiene derivada_de
        integral_de induccion_que media_de factoriza resuelve cuanto_es que_porcentaje el_triple doble_de
        cuota_de se_alcanzan edades простое_ли простое_число половина_числа в_отношении отношении
        нулями_оканчивается первых_чисел способами производная интеграл интеграл_от предел среднее_чисел среднее
        разложи_на множители реши сколько_будет сколько_процентов втрое_старше вдвое_старше старше_сына
        платеж_по догонит скорости делится_на четна нечетных 合数 一半加 阶乘 末尾有 自然数 求导 定积分 极限 归纳法 平均数 因式分 解方程 百分之
        几倍 三倍 两倍 打七五 打几折 月供 追上 追及 鸡兔同 几种坐 多少种 偶数 奇数 半径 每秒 时速 路程 注满 放空 起步价 約数 倍数 半分に 階乘 階乗 末尾の 積分 極限 帰納法 因数分
        を解い 解いて 何倍 割引 割引き 毎月の 追いつ つるか 何通り 円周 秒速 時速 満ち 何匹 何枚
        diagonal_of a_diagonal outfits combinations_of average_of the_vertex vertex_of sekunden_hat diagonale
        durchschnitt_von schnitt_von kombinationen secondes_dans diagonale_de tenues segundos_tiene
        combinaciones секунд_в диагональ сторона нарядов комбинаций 多少秒 对角线 边长 搭配 几种搭 何秒 対角線 一辺
    """,
    # Mathematics as something to be done.
    "math act": """
        solve simplify evaluate compute calculate integrate differentiate factorize factorise prove estimate_the
        determine find_the find_all sum_of product_of value_of area_of volume_of number_of what_percent
        what_percentage what_fraction times plus minus multiply multiplied divide divided subtract round_to solve_for
        in_terms terms_of such_that let_f suppose_that show_that given_that if_and maximum_value minimum_value
        equal_to square_of berechne berechnen lose losen rechne ausrechnen multipliziere bestimme vereinfache
        wieviel_ist calcule calculer calculez resous resoudre simplifie font resolvez calcula calcular resuelve
        resolver simplifica determina halla resolva encontre simplifique calcola calcolare risolvi risolvere
        semplifica trova реши решите решить вычис- посчи- найти найдите упрос- сколько_будет 求函 计算 求解 解方 等于 等於 化简 解け
        求めよ 求めて 計算 계산 구하 구해 풀어 احسب حل_المعادلة أوجد बस_हल हल_करें गणना ज्ञात কত_হবে সমাধান গণনা hesabu kokotoa
    """,
    # A question for a quantity.
    "quantity question": """
        how_many how_much how_far how_long how_old how_fast how_tall what_total the_total total_cost total_number
        in_total altogether wieviel wieviele wie_viel wie_viele wie_lange wie_alt wie_weit wie_hoch insgesamt combien
        au_total cuanto cuanta cuantos cuantas en_total quanto quanta quantos quantas no_total no_todo quante quanti
        in_tutto сколько всего 多少 几个 几天 几年 几人 几岁 几只 一共 共有 几元 几分 几千 何個 何人 いくつ いくら 何円 何分 何時間 何歳 얼마 몇개 몇명 كم कितने कितना
        कितनी कुल কত কতগুলি কতটি কয়টি মোট ngapi kiasi_gani jumla
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
        compra vende paga gana quedan litros custa preco metade dobro comprou ganha sobram costa prezzo ogni ore
        minuti giorni anni meta doppio guadagna стоит цена каждый каждую часов минут дней недель лет половину вдвое
        купил купила продал прода- литро- осталось рублей 每个 每天 小时 分钟 公里 千米 元钱 每千 一半 还剩 平均 两倍 米长 千克 買う 時間 個買 円の ずつ 원이면
        시간 개에 분의 ساعة ساعات دقيقة دولار كل_يوم نصف ضعف اشترى घंटे रुपये मिनट प्रति आधा दोगुना प्रत्येक ঘন্টা টাকা
        মিনিট প্রতি অর্ধেক দ্বিগুণ প্রত্যেক kila saa dakika siku shilingi dola nusu mara_mbili alinunua
    """,
    # Deduction: quantifiers, premises, conclusions.
    "logic": """
        not_true not_false and_true or_not not_not and_not true_and false_and or_false or_true false_or true_or
        does_it it_follow are_either uncertain premise premises conclusion conclude valid invalid argument follows
        entails entail implies implication therefore necessarily deduce deduction infer inferred inference syllogism
        contradiction contradicts hypothesis fallacy deductively statement statements sentence true false unknown liar
        liars lies lie truth tells_the knights knaves knight knave all_the some_of none_of every no_one all_of either
        neither nor unless only_if if_all not_all all_men if_someone if_the assume assumes assuming assumption must_be
        cannot_be could_be consistent inconsistent logically logical logic paradox puzzle riddle reason reasoning
        explain_why strengthens weakens undermines alle_sind folgt logisch schluss wahr falsch lugt wahrheit ratsel
        behauptung notwendigerweise wenn_alle keine tous_les conclure vrai faux ment menteur verite enigme donc
        premisse si_tous aucun necessairement todos_los ningun concluir verdadero falso miente mentiroso acertijo
        entonces premisa si_todos necesariamente todos_os nenhum verdadeiro mente charada premissa se_todos tutti_i
        nessun vero bugiardo indovinello premessa se_tutti все_кошки если_все следует правда ложь лжет лжец загадка
        вывод логич- никто 所有 如果 推理 逻辑 结论 前提 真话 假话 说谎 谜题 推断 一定 すべて もし ならば 嘘つき 嘘を 正直 論理 結論 なぞな 모든 거짓말 진실 논리 결론 추론 따라서
        كل_ال جميع يكذب كاذب الحقيقة منطق استنتاج لغز यदि सभी झूठ सच पहेली निष्कर्ष तर्क যদি সকল সমস্ত মিথ্যা সত্য
        ধাঁধা সিদ্ধান্ত wote ikiwa uongo ukweli kitendawili entailment neutral contradict contradictory it_true
        what_follows follow_from it_follows conclude_from flaw weaken strengthen plausible wahrscheinlich folgt_daraus
        was_folgt vermutlich folge_davon ursache widersprechen pramisse hypothese fehlschluss gultig schliessen luge
        lugen wachter deduire decoule faille raisonnement valide probable consequence gardien se_deduce contradicen
        hipotesis fallo argumento consecuencia guardia следует_ли отсюда посылка гипотеза противоречие
        ошибка_рассуждения вероятнее скорее_всего значит следовательно логика 由此 得出 蕴含 矛盾 中立 假设 论证 漏洞 削弱 可以推 推出 守卫 更可能
        可能发 会怎么 会怎样 含义指 導ける 矛盾す 前提か 仮説 推論 問題点 考えら 門番 だろう でしょ 誰か どこか あり得 jug jugs rope ropes weighing weighings
        balance_scale cross_the river_with boat_holds каждый_раз сосуды сосуда взвешивания 绳子 天平 称两次 过河 天秤 最能解
        best_explanation both_readings double_meaning ambiguous schluss_falsch folgerung пояснение
        follows_about conclude_about know_about what_must is_lying a_liar always_lies one_truth one_lie alibi
        witness witnesses suspect suspects rule_out rules_out which_assumption hidden_in what_explains
        explains_all likely_cause possible_explanations which_hypotheses reason_it reason_from work_out think_it
        the_flaw could_both which_causes causes_which what_order which_order shortest_schedule seating
        all_possibilities all_orders which_combination which_boards who_sits who_goes who_lives who_wears
        who_owns which_door which_switch odd_one comes_next rearrange_the letters_of anagram_of which_word
        daraus folgt_fur schlussfolgerung schliessen_lasst aussage aussagen falsch_sein wer_lugt lugner tater
        verdachtig zeuge zeugen ausschliessen hinkt trugschluss vermutest spricht_dagegen schritt_fur begrunde
        begrunde_das leite_her reihenfolge dienstplan sitzordnung wer_wohnt wer_sitzt wer_fahrt passt_nicht
        buchstaben_von bilde_aus teekesselchen muss_wahr en_deduire deduis qui_ment mentent dit_vrai coupable
        temoin ecarter infirmer valable cloche plus_probable vraisemblablement etape_par quel_ordre planning_qui
        qui_habite cherche_l l_intrus intrus justifie lettres_de mon_premier deducelo deducir deduccion se_sigue
        quien_miente mienten la_verdad culpable sospechoso testigo coartada descartar desmentiria razonamiento
        es_valido que_falla falla_aqui causa_mas mas_probable probablemente razonalo que_orden cuadrante_que
        quien_vive cual_sobra quien_sobra sobra_y letras_de que_soy adivinanza que_indica что_следует следует_из
        выводе вывести выведи верно_ли рассуждение рассуди рассуждай кто_врет врет лгут кто_говорит правду
        кто_украл виновен подозреваемый свидетель алиби исключить опровергло вероятнее_всего причина_вероятнее
        пошагово по_пунктам каком_порядке порядке составь_график рассади кто_где кто_мог что_лишнее кто_лишний
        лишнее лишний продолжи_ряд из_букв букв_слова логическая все_варианты как_лист 说明什 明什么 得出什 出什么 推论 推导 成立吗
        谁在撒 撒谎 说真话 谁是凶 凶手 嫌疑 嫌疑人 证人 不在场 排除 推翻它 错在哪 最可能 可能原 逐条 逐步 一步步 步步 什么顺 按什么 哪个顺 先做哪 先卸哪 排一个 排出 谁住哪 谁坐 怎么安
        怎么过 所有坐 不是同 哪个不 找规律 规律 下一个 打一物 打一字 打一食 谜底 有没有 能同时 谁矮 最矮 最高的 谁说 谁干的 是谁干 何が言 が言え 言える 何がわ がわか 演繹 つきだ 本当だ 犯人
        容疑 証人 アリバ リバイ 除外 両立 おかし どこが もっと ありそ 可能性 原因を 条項ご 順を追 一つず どの順 順番 段取り どちら 並べて 誰がど 誰がや 条件を 全部挙 仲間外 外れは 違うの
        規則を 規則で 次を ぞなぞ なーん 何に似 言葉遊 がある
        this_sentence sentence_false which_cards cards_show weigh_both justify_each fits_both explanations_that
        dieser_satz welche_karten karten_a umdrehen lesarten abwagen cette_phrase quelles_cartes retourner_pour
        esta_frase que_cartas girar_para это_предложение истинно ложно перевернуть_чтобы 这句话 该翻哪 翻哪几 是真的 弄清楚 この文
        は真か めくる 突き止 書けた
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
        alter junger schneller links rechts neben hinter vor bruder schwester grosste alteste sitzt plus_grand
        plus_petit plus_age plus_jeune plus_grande a_gauche a_droite derriere frere soeur mas_alto mas_bajo mayor_que
        menor_que izquierda derecha detras hermano hermana mas_alta mas_rapido mais_alto mais_baixo mais_velho
        esquerda direita irmao irma piu_alto piu_basso piu_vecchio sinistra destra fratello sorella выше ниже старше
        младше слева справа позади брат сестра быстрее самый 左边 右边 前面 后面 哥哥 姐姐 弟弟 妹妹 大于 最高 最矮 比小 谁最 高い 低い 左に 右に 隣に 一番
        誰が 誰で より背 키가 왼쪽 오른쪽 누가 가장 أطول أقصر أكبر أصغر يسار يمين أخ أخت लंबा छोटा बड़ा बाएं दाएं भाई बहन সবচেয়ে লম্বা
        ছোট বড় ডান বাম ভাই বোন mrefu mfupi kaka dada finished_before arrived_before came_before sits_between
        directly_below directly_above on_top north_of south_of east_of west_of goes_to moved_to went_to put_the
        picked_up dropped_the took_the carries looks_for if_today vorgestern ubermorgen uber_dem ganz_links ganz_unten
        zwischen verwandt nordlich sudlich avant_hier apres_demain entre au_dessus au_nord au_sud anteayer
        pasado_manana encima debajo al_norte al_sur allergique alergica extremo позавчера послезавтра между выше_чем
        севернее слева_от приходится победил раньше позже 前天 后天 之间 最左 最右 北边 南边 上面 下面 从左到 谁第一 比他 先到 晚到 面朝 向右 向左 右转 左转
        什么人 关系 一昨日 明後日 の間に 左端 右端 一番下 一番上 より先 より後 一着 右に曲 左に曲 向いて 上にあ 下にあ 順番は
    """,
    # Judging what happens, why, and what people mean.
    "judgement": """
        plausible likely most_likely best_explains which_of of_these the_following following_statements best_answer
        choose_the correct_answer correct_option cause caused causes effect intentionally because why_did what_happens
        happen happens would_happen would_most predict expected affect affects result results_in what_would what_might
        what_could what_should someone person people typical sarcastic ambiguous refers refer antecedent pronoun
        more_likely least_likely evidence support supported primarily according passage context question answer
        options choices scientists experiment investigate observe organism object_that used_for welche_der
        am_wahrscheinlichsten warum lequel pourquoi probablement cual_de probablemente qual_das provavelmente
        quale_dei какое_из какой_из почему вероя- 下列 以下哪 哪一 最可能 为什么 次のう どれ なぜ 다음 어느 أي_من لماذا निम्नलिखित কোনটি
    """,
    # What is done with a text that is there.
    "edit": """
        summarise summarize summary shorten rephrase rewrite reword paraphrase proofread correct_the fix_typos
        translate classify categorise categorize label_the tag_this tag_these extract reply_to answer_this
        turn_into turn_these make_this put_into polish improve_this simplify_this condense headline_for
        expand_this tone_of sentiment_of key_points bullet_points into_bullet minutes_from fasse_zusammen fasse
        fass fass_diesen zusammenfassen kurze korrigiere korrigieren ubersetze ubersetzen klassifiziere ordne_zu
        extrahiere antworte_freundlich antworte_auf formuliere formulieren umformulieren schreibe_um mach_aus
        mach_daraus hoflicher freundlicher uberschrift_fur resume resumer reformule corrige corriger traduis
        traduire traduisez classe_cette classe_ces extrais reponds_poliment reponds_a transforme_en rends_ce
        resumir reformula corregir traduce traducir clasifica saca_los extrae contesta responde_con convierte_en
        haz_este pon_esto ponle_titulo acorta перескажи кратко_перескажи сократи исправь исправить переведи
        перевести классифицируй определи_тип выпиши выдели ответь_вежливо ответь_на переформулируй перепиши
        сделай_письмо смягчи этот_отзыв озаглавь придумай_заголовок напиши_проще 概括 总结 缩写 改写 改病句 病句 翻译 翻成 译成 翻译成
        归类 分类 提取 找出来 人名找 客气地 回复这 润色 写得委 委婉 通俗点 写成邮 改成 好评吗 起个标 整理成 语气对 要約 要約し 短くし 直して 言い換 訳して 英語に 分類し 抜き出 丁寧に 返信し
        書き直 メール に直し 敬語に 好意的 見出し 添削 言い方
    """,
    # Texts to be written for people.
    "prose": """
        poem haiku limerick story stories letter email e_mail mail essay song lyrics speech slogan tweet caption blog
        post recipe card cover_letter resume cv biography newsletter press_release announcement invitation toast note
        message reply headline title name names tagline dialogue scene character_named novel fairy_tale bedtime_story
        joke jokes pun memo agenda minutes_of report proposal pitch advertisement ad product_description linkedin
        instagram tone polite friendly formal professional apology thank_you congratulate obituary farewell
        resignation vows brochure gedicht geschichte brief bewerbung rede einladung absage gluckwunsch hoflich
        hofliche hoflichen schreibe_mir formuliere formulier lied aufsatz anschreiben poeme histoire lettre courriel
        discours chanson redige rediger poli conte poema historia carta correo discurso invitacion cancion redacta
        cuento amable convite cancao redija conto educado poesia storia lettera discorso invito canzone scrivimi
        racconto стих стихотворение стихи письмо рассказ историю сказку речь песню поздр- пригл- 写一封 写一首 写一篇 邮件 作文 故事
        诗歌 辞职信 文案 发言 演讲 朋友圈 手紙 メール 俳句 物語 挨拶 スピー 편지 이메일 시를 이야기 قصيدة قصة رسالة خطاب مقال بريد कविता कहानी पत्र भाषण
        निबंध ईमेल কবিতা গল্প চিঠি ইমেইল রচনা shairi hadithi barua hotuba a_text reply_kindly reminder_for notice
        review_of announce bedtime rhyme verse paragraph first_paragraph crime_novel schreib schreibe verfasse entwirf
        entwurf aushang anzeige stellenanzeige karte text_fur gluckwunschkarte gutenachtgeschichte erfinde witz ecris
        ecrire annonce invente blague texte escribe anuncio mensaje inventa chiste texto напиши составь придумай
        объявление сообщение шутку сказка анекдот открытку 写一段 写一则 写一个 写一份 写首 起草 广告 童话 笑话 祝福语 请假条 演讲稿 講個 書いて 考えて 広告 文面
        童話 冗談 案内文 下書き 挨拶文 お祝い
    """,
    # Texts to be worked over, and advice.
    "service": """
        recommend suggest suggestions advice tips ideas summarize summarise summary tldr translate translation
        rephrase rewrite proofread typos typo grammar paraphrase shorten key_points main_points bullet_points article
        articles explain_like describe brainstorm plan_a help_me tell_me give_me can_you could_you would_you show_me
        book_a set_a remind_me schedule reschedule cancel call play turn_on turn_off what_s how_do how_can how_to
        i_need i_want d_like please should_i compare review recommendations difference_between pros_and checklist
        itinerary draft outline classify_the sentiment empfiehl empfehle empfehlen tipps zusammenfassen fasse
        ubersetze unterschied was_ist wie_kann ich_mochte hilf_mir bitte vorschlage ideen erklare planen recommande
        conseille conseils resume resumer traduis traduire difference_entre quelle_est comment_puis aimerais aide_moi
        peux_tu pouvez_vous idees propose corrige explique recomienda recomiendame consejos resumir traduce
        diferencia_entre cual_es como_puedo quiero ayudame puedes sugiere explica recomende dicas resuma traduza
        diferenca_entre qual_e como_posso quero me_ajude voce_pode ideias sugira consiglia consigli riassumi traduci
        differenza_tra come_posso vorrei aiutami puoi idee suggerisci spiega порек- посов- совет советы перес- перев-
        объяс- разни- как_мне помоги можешь идеи предл- подск- 推荐 建议 总结 翻译 介绍 帮我 请问 怎么样 润色 区别 什么是 应该包 おすす 教えて 要約 翻訳
        とは何 につい 手伝っ 추천 알려줘 요약 번역 도와줘 설명해 انصح نصائح لخص ترجم ما_هو ما_هي اشرح ساعدني اقترح सुझाव सलाह अनुवाद सारांश
        बताइए क्या_है समझाइए मदद পরামর্শ অনুবাদ সারাংশ কী_কী বলুন pendekeza ushauri tafsiri muhtasari eleza nisaidie
    """,
    # The world that people talk about.
    "world": """
        travel trip hotel flight flights restaurant movie film films movies book books band album singer actor actress
        president king queen capital country countries city cities birthday wedding weather dog dogs cat cats food
        cook cooking baking dinner breakfast lunch coffee tea wine garden plants kids children family friend friends
        mom mum dad husband wife boyfriend girlfriend boss colleague coworker office meeting customer customers client
        clients employee employees team manager company business marketing sales brand job_interview interview salary
        rent landlord mortgage insurance bank_account credit_card account balance bill health doctor diet exercise
        workout sleep stress anxiety gym music guitar piano football soccer basketball olympics team_building war
        century history historical famous religion church museum painting art artist writer author novelist tv show
        series season episode starred directed award oscar born died founded located river mountain ocean island
        language english spanish french german holiday vacation christmas gift gifts party fashion clothes dress shoes
        hair skin makeup car cars bike phone laptop camera game games school university teacher politics government
        election law court police news climate animal animals reservation luggage passport visa alarm timer shopping
        reise urlaub kinder familie freund freundin hochzeit geburtstag buro kunden kunde chef mitarbeiter firma
        rezept essen hauptstadt stadt buch wetter wohnung miete garten geschenk voyage enfants famille ami amie
        mariage anniversaire bureau entreprise recette capitale ville livre meteo appartement cadeau vacances jardin
        collegue viaje ninos familia amigo amiga boda cumpleanos oficina cliente clientes empresa receta capital_de
        ciudad libro pelicula tiempo regalo vacaciones abuela jefe viagem criancas casamento aniversario escritorio
        receita cidade livro filme presente ferias chefe viaggio bambini famiglia matrimonio compleanno ufficio
        clienti azienda ricetta citta vacanze capo путеш- отпуск отель детей семья друг друга подру- свадь- рожде-
        офис клиен- компании рецепт столи- город книга книгу фильм погода подарок начал- 旅游 旅行 孩子 家人 朋友 婚礼 生日 公司 客户 老板
        同事 菜谱 做菜 首都 城市 电影 天气 礼物 老人 健康 减肥 老师 面试 子供 家族 友達 結婚 誕生日 会社 お客様 上司 レシピ 映画 天気 プレゼ 여행 아이 가족 친구 결혼 생일 회사 고객 영화 날씨
        선물 레시피 맛집 수도 سفر رحلة أطفال عائلة صديق زفاف عيد_ميلاد شركة العملاء وصفة عاصمة مدينة كتاب فيلم الطقس هدية
        यात्रा बच्चों परिवार दोस्त शादी जन्मदिन कंपनी ग्राहक रेसिपी राजधानी शहर किताब फिल्म मौसम उपहार ভ্রমণ পরিবার
        বন্ধু বিয়ে জন্মদিন কোম্পানি রেসিপি রাজধানী শহর বই সিনেমা আবহাওয়া উপহার safari watoto rafiki harusi kampuni
        mapishi mji_mkuu kitabu filamu train station airport bus metro subway taxi beach lake castle tourist visit
        stay weekend_in neighbour neighbor neighbours flatmate roommate grandma grandmother grandpa aunt uncle baby
        birthday_party card_for wear jacket size colour kitchen bathroom bedroom heating light lights washing sofa
        carpet stain bread cake egg eggs flour rice chicken soup sauce cheese salad oven recipe recipes dessert
        vegetarian vegan body liver heart blood bones stomach brain snake snakes zoo bird birds horse tree flower
        flowers song songs concert ticket tickets match goal pupil homework exam lesson kindergarten
        interview_question cv job jobs boss_s colleague_s shop store market price prices cheap expensive gift_for
        electricity bill_for bicycle scooter driver licence license fuel tyre garage insurance_for tax taxes pension
        apartment flat house neighbourhood funeral love relationship marriage divorce friend_s lonely feelings mood
        emperor revolution empire independence republic parliament minister constitution population inhabitants desert
        volcano planet moon painter composer poet novel opera album_by singer_of discovered invented inventor zug
        bahnhof flughafen bus_nach strand berg see schloss urlaub_in nachbar nachbarn oma opa tante onkel kleid jacke
        schuhe grosse kuche bad heizung licht waschmaschine teppich fleck wein brot kuchen eier mehl reis suppe kase
        ofen leber herz schlange schlangen pferd hund katze lied konzert lehrer schule klassenfahrt prufung laden
        markt preis gunstig strom fahrrad fuhrerschein steuer steuern rente wohnung_in haus hochzeit_von liebe freunde
        kaiser krieg einwohner insel wuste maler dichter erfunden berlin deutschland osterreich schweiz hamburg
        munchen train_pour gare aeroport plage montagne chateau voisin voisine grand_mere mamie papi robe veste
        chaussures taille cuisine salle_de chauffage lumiere machine_a canape tapis tache vin pain gateau oeufs farine
        riz poulet soupe fromage four foie coeur serpent cheval chien chat chanson professeur ecole examen magasin
        marche prix pas_cher electricite velo permis impots retraite maison amour amis roi empereur guerre habitants
        ile peintre poete invente paris france allemagne cadeau_pour fille fils fils_de soeur mari femme tren estacion
        aeropuerto playa montana castillo vecino abuelo tia tio vestido chaqueta zapatos talla cocina bano calefaccion
        luz lavadora alfombra mancha vino pan pastel huevos harina arroz pollo sopa queso horno higado corazon
        serpiente caballo perro gato cancion concierto profesor escuela tienda mercado precio barato bicicleta
        impuestos casa amor rey guerra habitantes isla desierto pintor poeta madrid espana hija hijo marido mujer
        esposa поезд вокзал аэропорт автобус пляж гора замок сосед соседи бабушка бабушки дедушка тетя тете дядя
        платье куртка обувь размер кухня кухне ванная отопление батареи свет стиральная диван ковер пятно вино хлеб
        торт яйца мука рис курица суп сыр печень сердце змея лошадь собака кошка песня концерт учитель школа школе
        экзамен магазин рынок цена дешевый велосипед права налог налоги пенсия квартира квартиру дом любовь друзья
        царь война войны революция жителей остров художник поэт изобрел россии москва москве питере дочь дочери сын
        сына муж жена мужу 火车 机场 高铁 地铁 海边 邻居 奶奶 爷爷 阿姨 裙子 外套 鞋子 尺码 厨房 客厅 卧室 房东 沙发 地毯 污渍 油渍 面包 蛋糕 鸡蛋 米饭 红烧 炒菜 肝脏 心脏 小猫
        小狗 歌曲 唱歌 演唱会 学校 考试 商店 便宜 电费 自行车 驾照 税款 退休 房子 租房 爱情 恋爱 皇帝 战争 革命 人口 岛屿 沙漠 画家 诗人 发明 北京 上海 日本 美国 女儿 儿子 丈夫 妻子 電車 駅まで
        空港 海辺 隣の人 祖母 祖父 叔母 服を 靴の 台所 居間 寝室 大家さ 冷蔵庫 洗濯 掃除 染みの シャツ パンを ケーキ 卵を ご飯 鶏肉 料理 肝臓 心臓 蛇の 犬の 猫の 歌を 曲を コンサ 試験 お店 値段
        安い 自転車 免許 税金 年金 家賃 部屋 恋愛 結婚式 戦争 島の 詩人 発明 東京 京都 大阪 娘の 息子 夫の 妻の 先生 itinerary hydrangea tulips tomatoes orchid
        gardening kitten hamster hedgehog aquarium puppy sicily venice lisbon vietnam itineraire sicile voiture
        gardien jardinage chaton gatito ежик ежика фикус фикуса 花园 多肉 浇水 签证 持ち物 旅行の 園芸 子猫
        logic_as philosophy philosophie filosofia философии 哲学 哲学里 country_of shopping_basket voucher
        voucher_code session_expired sitzung_abgelaufen session_expiree sesion_caducada сессия_истекла 会话已 ッショ
        checkout at_checkout payment_page card_declined hour_late calendar_app page_keeps website_keeps
        your_site your_website your_app ihre_seite ihre_app votre_site votre_appli vuestra_pagina vuestra_app
        ваш_сайт ваше_приложение 你们网 你们的 maths_please no_maths in_plain exam_and failed_his math_exam maths_exam
    """,
    # Questions for a fact about the world.
    "fact question": """
        which_two which_english which_scottish which_irish which_french which_german which_band which_film which_actor
        which_river which_london whose the_author the_president the_tv tv_series who_did first_episode nationality
        of_which the_longest the_largest the_capital who_was who_is who_wrote who_won who_played who_sang what_was
        what_is which_country which_city what_year when_did when_was where_is where_did which_american which_british
        what_name name_the the_name in_which in_what what_type what_s what_are what_does who_are known_as called_the
        wer_war wer_ist wann_wurde was_sind qui_est qui_etait quand_a quien_es quien_fue cuando_fue quem_e quem_foi
        chi_e chi_ha кто_такой когда_был 谁是 是谁 哪个国 哪一年 誰です いつで 누구 언제 من_هو متى कौन_है कब_हुआ কে_ছিলেন nani
    """,
    # Politeness and small talk.
    "small talk": """
        hi hello hey thanks thank thx bye goodbye ok okay yes no great cool awesome helpful lol morning night how_s
        feel feeling love hate happy sad tired bored cheer hallo danke moin tschuss bonjour merci salut hola gracias
        adios ola obrigado obrigada ciao grazie привет спасибо 你好 谢谢 早上好 こんに ありが おはよ 안녕 고마 مرحبا شكرا नमस्ते धन्यवाद
        হ্যালো ধন্যবাদ habari asante jambo
    """,
    # Work that stays hard however short it is put.
    "hard": """
        prove proof disprove conjecture hypothesis theorem lemma rigorous rigorously formally derive derivation
        asymptotic distributed concurrency concurrent lock_free consensus raft paxos fault_tolerant scalable
        scalability scale_to architecture architect optimize optimise optimal optimality complexity np_hard
        np_complete undecidable decidability cryptography cryptographic compiler_for kernel garbage_collector
        race_condition deadlock deadlocks microservices trade_offs tradeoffs millions_of billions_of high_availability
        zero_downtime transactional exactly_once eigenvalues manifold topology cohomology galois homomorphism
        isomorphic abelian measure_theory stochastic differential_equation differential_equations partial_differential
        navier_stokes riemann goldbach collatz p_np quantum relativity thermodynamics hamiltonian lagrangian
        all_functions all_integers all_real all_positive all_primes infinitely_many for_all necessary_and irrational
        transcendental bijection combinatorial generating_function comprehensive thorough in_depth detailed multi_step
        strategy critically evaluate_the valuation litigation jurisdiction constitutional regulatory compliance
        reconcile end_to from_scratch refactor_the migrate_our monolith legacy reverse_engineer vulnerability exploit
        threat_model backpropagation transformer reinforcement all_orders multi_tenant sharding replication
        linearizable formal_verification type_inference beweise beweisen architektur optimiere nebenlaufig skalierbar
        demontre demontrer prouve architecture_distribuee optimiser demuestra demostrar optimizar distribuido
        arquitectura demonstre provar otimizar dimostra dimostrare ottimizzare докаж- оптим- распр- архит- 证明 优化 分布式
        架构 并发 猜想 証明 最適化 分散 アーキ 증명 최적화 분산 أثبت تحسين सिद्ध अनुकूलन প্রমাণ
    """,
    # Work that stays easy however long it is put.
    "easy": """
        hi hello thanks thank typo typos one_sentence one_word simple simply quick short briefly plain_words beginner
        beginners basic easy spell spelling synonym synonyms antonym define definition capital_of translate convert
        hello_world fix_the name_the list_the what_time what_day how_old good_morning joke haiku limerick uppercase
        lowercase kurz einfach danke bref merci breve sencillo gracias curto simples obrigado semplice grazie кратко
        просто спасибо 简单 一句话 谢谢 簡単 一言 간단 بسيط شكرا सरल संक्षेप সহজ
    """,
    # Somebody speaks of himself: everyday life has an I, exercises have none.
    "person": """
        i my me mine we our us i_m i_ve i_d i_ll myself ich mein meine meinen meinem meiner mir mich wir unser unsere
        uns je j mon ma mes moi nous notre nos yo mi mis nosotros nuestra nuestro tengo quiero necesito estoy soy eu
        meu minha meus minhas nosso nossa tenho quero preciso io mio mia miei mie noi nostro nostra ho voglio я мой
        моя мое мои мне меня мной мы наш наша наши нам нас моего моей моему 我 咱 私 僕 俺 うち 나는 내가 저는 제가 우리
    """,
    # Orders, accounts, bills: what people write to those who sold them something.
    "support": """
        order orders ordered parcel package delivery delivered deliver shipping ship shipped refund refunded invoice
        subscription cancel cancellation return_it replacement warranty guarantee charged charge account password
        log_in login sign_in membership customer complaint complain voucher receipt payment tracking arrived arrive
        late damaged broken exchange support hotline router contract address discount renew renewal unsubscribe
        billing transfer transaction debit booked booking reservation appointment cancelled canceled delayed luggage
        seat ticket_number card_number statement deposit bestellung bestellt paket lieferung geliefert rechnung
        erstattung abo kundigen kundigung umtausch umtauschen gutschein garantie konto passwort anmelden vertrag
        abgebucht uberweisung reklamation mahnung zahlung termin buchung versand zuruckgeben zuruckschicken
        kundenservice storno stornieren commande colis livraison livre_le remboursement rembourser facture abonnement
        resilier echange compte mot_de connexion debite retard virement reclamation paiement rendez annuler expedition
        carte_bancaire pedido paquete envio entrega reembolso factura suscripcion cancelar devolver devolucion
        garantia cuenta contrasena cobraron cobrado retraso reclamacion pago cita reserva tarjeta encomenda entrega_do
        assinatura fatura devolver_o senha ordine pacco consegna rimborso fattura abbonamento disdire account_e заказ
        заказа заказал посылка посылку доставка доставку доставили возврат вернуть верните подписка подписку подписки
        аккаунт пароль списали счет оплата оплатить гарантия гарантию обменять отменить запись бронь карты жалоба
        жалобу договор задержка 订单 发货 快递 退款 退货 换货 包裹 客服 账号 账户 密码 登录不 验证码 扣款 发票 会员 续费 投诉 保修 到货 物流 预订 预约 银行卡 转账 注文 届き 届か
        返金 返品 交換 請求 荷物 配送 発送 解約 会員 領収書 予約 支払 口座 再発行 問い合 問合せ 주문 배송 환불 교환 결제 계정 비밀번 취소 예약 sim sim_card withdrawal
        kundennummer internet_access modem roaming data_plan distributeur avalee решение_по договора интернет тариф 流量
        话费 手机卡 契約 通信
    """,
    # Bodies and what ails them.
    "health": """
        fever doctor mg tablet tablets pill pills dose ibuprofen paracetamol aspirin pain ache headache pregnant
        pregnancy baby symptoms symptom sick ill cough flu blood_pressure cholesterol vet vitamin medicine medication
        hurts allergy allergic tired calories weigh sleep kg_and surgery therapy period fieber arzt arztin tablette
        tabletten schmerzen kopfschmerzen schwanger krank husten tierarzt medikament ruckenschmerzen schlafen
        blutdruck fievre medecin comprime comprimes douleur mal_de enceinte malade bebe toux veterinaire medicament
        tension dormir fiebre medico pastilla pastillas dolor embarazada enfermo enferma tos veterinario medicamento
        febre remedio dor_de febbre dolore температура врач врача таблетка таблетки боль болит беременная беременности
        болею кашель лекарство давление голова спать 发烧 医生 吃药 头疼 头痛 怀孕 感冒 咳嗽 血压 症状 失眠 过敏 宝宝 熱が 病院 頭痛 妊娠 風邪 咳が 血圧 薬を 眠れ
        赤ちゃ 의사 두통 감기 열이
    """,
    # Days and months, which numbers are counted for.
    "calendar": """
        monday tuesday wednesday thursday friday saturday sunday weekend january february march april may june july
        august september october november december today tonight tomorrow morning evening night noon o_clock pm am
        week month date dates deadline montag dienstag mittwoch donnerstag freitag samstag sonntag wochenende januar
        februar marz mai juni juli oktober dezember heute morgen abend uhr lundi mardi mercredi jeudi vendredi samedi
        dimanche janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre demain ce_soir lunes
        martes miercoles jueves viernes sabado domingo enero febrero marzo abril mayo junio julio agosto septiembre
        octubre noviembre diciembre hoy manana segunda terca quarta quinta sexta amanha hoje lunedi martedi mercoledi
        giovedi venerdi sabato domani oggi понедельник вторник среда среду четверг пятница пятницу суббота субботу
        воскресенье сегодня завтра вчера января февраля марта апреля мая июня июля августа сентября октября ноября
        декабря вечером утром 今天 明天 昨天 周一 周二 周三 周四 周五 周六 周日 星期 周末 早上 晚上 下午 上午 今日 明日 昨日 月曜 火曜 水曜 木曜 金曜 土曜 日曜 来週 今週 午前
        午後 朝の 오늘 내일
    """,
    # Explanations that are asked for.
    "why": """
        why how_does how_did explain what_caused reasons reason_for pros cons advantages disadvantages should_i
        should_we warum wieso weshalb wie_funktioniert erklare erklar ursachen grunde vorteile nachteile pourquoi
        comment_fonctionne explique causes avantages inconvenients por_que como_funciona explica causas ventajas
        desventajas perche come_funziona spiega cause vantaggi почему как_работает объясни объясните причины
        преимущества недостатки 为什么 为何 怎么工 原因 优点 缺点 优缺点 解释 利弊 なぜ どうし 理由 仕組み メリッ デメリ 説明し 왜 이유 원리 장단점
    """,
    # Question words for facts.
    "who and when": """
        who when where wer wann wo woher welcher welche welches wem qui quand ou_se quel quelle quels quelles quien
        quienes cuando donde cual cuales quem quando onde qual quais chi dove quale quali кто когда где какой какая
        какое какие каком откуда чей 谁 哪里 哪个 哪一 哪位 哪些 哪年 什么时 何时 位于 誰 いつ どこ どの どちら 何年 누가 누구 언제 어디 어느
    """,
    # Phones, pages and tables: somebody's broken app, or somebody's code.
    "device": """
        app apps phone screen page pages browser website site menu footer navbar header tab tabs popup login_page
        pipeline crash crashes freezes hover mobile desktop android ios iphone emulator simulator api_key plugin
        extension spreadsheet sheets sheet cell formula macro word_document excel_formula google_sheets handy
        bildschirm seite webseite makro tabelle zelle formel absturzt app_absturzt telephone ecran page_web site_web
        navigateur tableur cellule formule plante pantalla pagina_web navegador movil hoja celda menu_desplegable
        приложение приложения экран страница страницу сайт браузер меню таблица таблице ячейка формула макрос телефона
        бот бота 网页 页面 浏览器 手机 屏幕 闪退 空白 按钮 小程序 公式 单元格 表格 爬虫 网站 前端 后端 画面 ページ ブラウ アプリ ボタン サイト エクセ セル 関数は スマホ 表示さ 白くな 真っ白
    """,
    # Mathematics as universities name it.
    "advanced": """
        group groups ring field abelian cyclic integral_domain vector_space linear_map laplace fourier laurent
        eigenvalue eigenvalues eigenvectors jordan residue series converge convergent absolutely_convergent likelihood
        estimator irreducible monic polynomial klein_bottle homotopy homology measure banach hilbert compact metric
        topological holomorphic induction divisible_by irrational congruent modulo gradient hessian lagrange stokes
        gauss jordan_normalform stetig konvergiert konvergente eigenwerte eigenvektoren induktion teilbar beschrankte
        folge_konvergent convergente continue_sur suite_de serie_de valeurs_propres groupe recurrence divisible
        espace_vectoriel continua autovalores grupo induccion espacio_vectorial transformada_de сходится сходимость
        непрерывна собственные ряд группа индукции делится неравенство матрица матрицы 特征值 特征向 连续函 归纳法 级数 收敛 微分方 不等式
        向量 群的 有界 闭区间 固有値 級数 収束 連続関 帰納法 微分せ 倍数で 任意の 自然数 ベクト 行列
    """,
    # Everyday arithmetic.
    "sums": """
        tip split half_of percent_of square_metres square_meters celsius fahrenheit convert_to in_minutes in_hours
        in_metres in_pounds mehrwertsteuer pfund flache umfang durchmesser teile geteilt minus wurzel zinseszins
        perimetre diametre carre interets remise solde_a descuento interes interes_compuesto area perimetro porcentaje
        divide entre скидка скидки процентов процента делить раздели умножь площадь периметр годовых объем 打八折 打折 利率
        年利率 本息 除以 乘以 半径 周长 体积 边长 求宽 求高 分之 平方米 割引 引きは 利息 複利 年利 体積 辺の 割ると かける 掛ける 通りで 通りあ 確率を 個ずつ おつり 残りは 全部で 時速 何本で
        travels distance together_need discount rounds interest_rate doubles monthly_payment principal arrangements
        urne kugeln wahrscheinlichkeit_zieht moglichkeiten rabatt vitesse distance_parcourt velocidad_media скорость
        скорости вероятность способами marbles coins dice cards drawn without_replacement at_random
    """,
    # Odd ones out, analogies, riddles.
    "analogy": """
        is_to odd_one not_belong not_fit the_others comes_next next_in analogy as_foot belongs_with verhalt_sich
        passt_nicht intrus est_a ce_que l_intrus plus_il no_pertenece es_al es_a относится лишнее 不同类 就像 对手套 相当于 越来越
        猜谜 谜语 仲間は と同じ の関係 ほど大
    """,
}

KINDS: Final[tuple[str, ...]] = tuple(_TEXT)
"""The kinds of term, in the order in which the weights name them."""


@cache
def terms_by_word() -> Mapping[str, tuple[str, ...]]:
    """Every term, folded, with the kinds it hints at; most have one. Made when first asked for: it takes milliseconds."""
    found: dict[str, tuple[str, ...]] = {}
    for term, kind in _entries():
        if kind not in found.get(term, ()):
            found[term] = (*found.get(term, ()), kind)
    return found


def _entries() -> Iterator[tuple[str, str]]:
    for kind, text in _TEXT.items():
        for entry in fold(text).split():
            yield entry.replace("_", " "), kind


@cache
def false_friends() -> frozenset[str]:
    """Pairs of words that mean something else together than apart."""
    return frozenset(entry.replace("_", " ") for entry in fold(_FRIENDS).split())


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
