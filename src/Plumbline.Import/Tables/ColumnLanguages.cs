namespace Plumbline.Import.Tables;

/// <summary>
/// Titles in the languages of the field. Each language gives its words; titles that put two of them together ("Puerto de destino", "Zielport", "源端口") are built from them.
/// </summary>
internal static class ColumnLanguages
{
    private const int MaximumCompound = 40;

    /// <summary>What stands between two words of a title; the letters only.</summary>
    private static readonly string[] Links = ["", "de", "del", "dela", "du", "des", "do", "da", "di", "der", "des", "dell", "no", "の", "的"];

    private static readonly string[] Addresses =
        ["ip", "adresse", "ipadresse", "adressen", "addresse", "direccion", "direccionip", "endereco", "enderecoip", "indirizzo", "indirizzoip", "adresseip", "adres", "ipadresi", "адрес", "ipадрес", "地址", "ip地址", "アドレス", "ipアドレス", "주소", "ip주소", "网段", "子网", "netz", "subnetz", "位址"];

    private static readonly string[] Hosts = ["host", "hostname", "server", "system", "systeme", "sistema", "serveur", "servidor", "sunucu", "сервер", "система", "хост", "узел", "主机", "系统", "服务器", "服务", "端", "方", "ホスト", "サーバ", "サーバー", "システム", "서버", "시스템", "호스트", "name", "komponente", "dienst", "componente", "composant", "組件", "组件", "주체"];

    private static readonly Language[] Known =
    [
        // German
        new("Quelle, Von, Absender, Sender, Herkunft, Ausgangssystem, Verbindungsaufbau durch, Aufrufer, Initiator, Quell, Client, Konsument, Verbraucher", "Ziel, Nach, An, Empfänger, Zielkomponente, Zu, Gegenseite Ziel, Anbieter, Hängt ab von, Abhängigkeit", "Protokoll, Protokolle, Transportprotokoll", "Port, Ports, Portnummer, Portnummern, Portbereich, Anschluss",
            "Richtung, Verkehrsrichtung, Datenrichtung, Klassifizierung", "Zweck, Beschreibung, Bemerkung, Bemerkungen, Kommentar, Hinweis, Hinweise, Verwendung, Verwendungszweck, Anmerkung, Anmerkungen, Grund, Begründung, Funktion, Erläuterung, Daten", "Nr, Nummer, Lfd Nr, Laufende Nummer, Regel, Zeile, Verbindung", "Komponente, Dienst, Anwendung, Applikation, Prozess, Baustein, Modul", "Aktion, Freigabe, Erlaubt, Regelaktion", "Status, Zustand",
            "Gegenstelle, Kommunikationspartner, Partner, Quelle Ziel"),
        // French
        new("Source, Origine, De, Depuis, Émetteur, Provenance, Appelant, Client, Initiateur, Consommateur, Expéditeur", "Destination, Cible, Vers, Destinataire, Serveur cible, Appelé, Fournisseur, Dépend de", "Protocole, Protocoles, Protocole de transport", "Port, Ports, Numéro de port, Numéros de port, Plage de ports",
            "Sens, Direction, Sens du flux", "Description, Commentaire, Commentaires, Usage, Objet, But, Utilisation, Finalité, Remarque, Remarques, Justification, Motif, Rôle du flux, Fonction", "Numéro, Num, Règle, Flux, No", "Composant, Service, Application, Processus, Module", "Action, Autorisation", "Statut, État", "Pair, Distant, Partenaire, Interlocuteur"),
        // Spanish
        new("Origen, Fuente, Desde, De, Emisor, Iniciador, Cliente, Remitente, Consumidor", "Destino, Hacia, Hasta, Receptor, Servidor destino, Proveedor, Depende de, Objetivo", "Protocolo, Protocolos", "Puerto, Puertos, Número de puerto, Rango de puertos, Puerto TCP, Puertos TCP",
            "Sentido, Dirección, Dirección del tráfico", "Descripción, Motivo, Propósito, Uso, Finalidad, Observaciones, Comentario, Comentarios, Justificación, Notas, Función, Detalle", "Número, Núm, Regla, Conexión, Id", "Componente, Servicio, Aplicación, Proceso, Módulo", "Acción, Permiso", "Estado, Situación", "Par, Remoto, Contraparte, Origen Destino"),
        // Portuguese
        new("Origem, De, Fonte, Remetente, Cliente, Iniciador, Emissor, Consumidor", "Destino, Para, Receptor, Destinatário, Alvo, Depende de, Fornecedor", "Protocolo, Protocolos", "Porta, Portas, Número da porta, Intervalo de portas, Porta TCP, Portas TCP",
            "Sentido, Direção, Direcção", "Descrição, Finalidade, Objetivo, Motivo, Observações, Observação, Uso, Utilização, Comentário, Comentários, Justificativa, Propósito, Função", "Número, Núm, Nº, Regra, Item", "Componente, Serviço, Aplicação, Processo, Módulo, Aplicativo", "Ação, Acção, Permissão", "Estado, Situação, Status", "Par, Remoto, Parceiro"),
        // Italian
        new("Origine, Sorgente, Da, Provenienza, Mittente, Chiamante, Cliente, Iniziatore", "Destinazione, Verso, Destinatario, Bersaglio, Chiamato, Fornitore, Dipende da", "Protocollo, Protocolli", "Porta, Porte, Numero di porta, Intervallo di porte, Porta TCP, Porte TCP",
            "Direzione, Verso del traffico, Senso", "Descrizione, Scopo, Uso, Note, Motivo, Motivazione, Commento, Commenti, Utilizzo, Finalità, Funzione, Osservazioni", "Numero, Regola, Riga", "Componente, Servizio, Applicazione, Processo, Modulo", "Azione, Permesso", "Stato", "Remoto, Controparte, Interlocutore"),
        // Turkish
        new("Kaynak, Nereden, Kimden, Gönderen, İstemci, Çağıran, Başlatan", "Hedef, Nereye, Kime, Alıcı, Varış, Sunucu, Çağrılan, Bağlı olduğu", "Protokol, Protokoller, İletişim protokolü", "Port, Portlar, Port numarası, Bağlantı noktası, Bağlantı noktaları, Kapı, Port no, Portu, Bağlantı noktası numarası",
            "Yön, Yönü, Trafik yönü", "Açıklama, Amaç, Not, Notlar, Kullanım, Kullanım amacı, Gerekçe, Neden, Yorum", "No, Numara, Sıra, Sıra No, Kural", "Bileşen, Servis, Hizmet, Uygulama, Modül", "Eylem, İşlem, İzin, Aksiyon", "Durum, Durumu", "Karşı taraf, Uzak, Eş"),
        // Russian
        new("Источник, Откуда, От, Отправитель, Инициатор, Клиент, Источники, От кого, Потребитель", "Назначение, Приёмник, Получатель, Куда, Адресат, Целевая система, Цель, Сервер назначения, Узел назначения, Назначения, Кому, Поставщик, Зависит от", "Протокол, Протоколы, Транспорт", "Порт, Порты, Номер порта, Порт назначения, Порты назначения, Диапазон портов, Порт приёмника, Порт получателя",
            "Направление, Направление трафика, Направление соединения", "Описание, Комментарий, Комментарии, Примечание, Примечания, Для чего, Обоснование, Использование, Цель использования, Данные", "Номер, Правило, п/п, Ном", "Компонент, Сервис, Служба, Приложение, Модуль, Подсистема", "Действие, Разрешение", "Статус, Состояние", "Удалённый узел, Партнёр, Контрагент, Вторая сторона"),
        // Chinese, both scripts
        new("源, 来源, 源端, 发起方, 起点, 访问源, 源对象, 客户端, 调用方, 來源, 發起方, 來源端, 用戶端, 请求方, 消费方, 使用者, 使用方, 使用端", "目的, 目标, 目的端, 接收方, 终点, 访问目标, 目的地, 目标对象, 服务端, 被调用方, 目標, 目的端, 接收端, 依赖, 提供方, 被访问方", "协议, 传输协议, 协议类型, 通信协议, 網路協定, 協定, 通訊協定, 傳輸協定", "端口, 端口号, 目的端口, 目标端口, 服务端口, 监听端口, 端口范围, 埠, 連接埠, 通訊埠, 埠號, 目的埠, 目的連接埠, 默认端口, 端口列表",
            "方向, 流向, 访问方向, 流量方向, 数据流向", "说明, 描述, 用途, 备注, 目的说明, 功能, 作用, 说明信息, 說明, 備註, 業務說明, 业务说明, 用途说明, 注释", "编号, 序号, 編號, 序號, 规则编号, 项次, 項次", "组件, 服务, 应用, 组件名称, 服务名称, 应用名称, 模块, 进程, 元件, 服務, 應用程式, 組件, 服务名, 软件", "动作, 操作, 策略, 权限, 動作, 是否允许", "状态, 狀態, 是否启用", "对端, 远端, 對端, 对方, 遠端"),
        // Japanese
        new("送信元, 接続元, ソース, 発信元, 元, 通信元, 要求元, クライアント, 呼び出し元, 開始元", "宛先, 送信先, 接続先, あて先, 先, 通信先, 要求先, 呼び出し先, サーバ側, ターゲット, 依存先", "プロトコル, 通信プロトコル, トランスポート", "ポート, ポート番号, 宛先ポート, 接続先ポート, 待受ポート, 待ち受けポート, 使用ポート, 宛先ポート番号, 送信先ポート, ポート範囲, リッスンポート",
            "方向, 通信方向, 向き", "説明, 用途, 目的, 備考, 内容, 通信内容, 利用目的, 使用目的, 概要, 通信目的, コメント", "番号, 項番, 項目, No, 通番, ルール番号", "コンポーネント, サービス, アプリケーション, プロセス, モジュール, コンポーネント名, サービス名, 機能", "アクション, 動作, 許可, 許可拒否, 処理", "状態, ステータス, 状況", "相手, 通信相手, 対向, ピア, 相手先"),
        // Korean
        new("출발지, 소스, 출처, 송신지, 시작점, 발신지, 송신측, 클라이언트, 호출자, 출발", "목적지, 대상, 도착지, 수신지, 수신측, 타겟, 도착, 서버측, 호출 대상, 의존 대상", "프로토콜, 통신 프로토콜, 전송 프로토콜", "포트, 포트번호, 포트 번호, 목적지 포트, 대상 포트, 수신 포트, 포트 범위, 서비스 포트, 도착지 포트, 사용 포트",
            "방향, 통신 방향, 트래픽 방향", "설명, 용도, 비고, 목적, 내용, 사용 목적, 사유, 통신 목적", "번호, 순번, 연번, 항번", "구성요소, 컴포넌트, 서비스, 애플리케이션, 응용프로그램, 모듈, 구성 요소, 서비스명", "동작, 작업, 허용여부, 조치, 액션", "상태, 현황", "상대, 피어, 원격지, 상대방"),
    ];

    /// <summary>Titles that mean one thing in one table and another in the next: the first is meant, unless another column of the table has that role.</summary>
    public static readonly IReadOnlyDictionary<string, ColumnRole> OtherwiseMeans = new Dictionary<string, ColumnRole>(StringComparer.Ordinal)
    {
        ["назначение"] = ColumnRole.Description,
        ["цель"] = ColumnRole.Description,
        ["目的"] = ColumnRole.Description,
        ["目标"] = ColumnRole.Description,
        ["server"] = ColumnRole.Listener,
        ["service"] = ColumnRole.ProtocolPort,
        ["uses"] = ColumnRole.Description,
        ["use"] = ColumnRole.Description,
        ["access"] = ColumnRole.Description,
        ["depends"] = ColumnRole.Description,
    };

    /// <summary>What a word may be inside a title of two.</summary>
    private enum Part
    {
        Source,
        Destination,
        Port,
        Protocol,
        Address,
        Host,
    }

    private static readonly Lazy<ILookup<string, Part>> Parts = new(() => PartsOfTitles().Distinct().ToLookup(p => p.Word, p => p.Part, StringComparer.Ordinal));

    public static IEnumerable<(string Key, ColumnRole Role)> All()
    {
        foreach (var language in Known)
        {
            foreach (var (words, role) in new[]
            {
                (language.Source, ColumnRole.Source), (language.Destination, ColumnRole.Destination), (language.Port, ColumnRole.Port), (language.Protocol, ColumnRole.Protocol),
                (language.Direction, ColumnRole.Classification), (language.Description, ColumnRole.Description), (language.Number, ColumnRole.Number), (language.Listener, ColumnRole.Listener),
                (language.Action, ColumnRole.Action), (language.Status, ColumnRole.Status), (language.Peer, ColumnRole.Peer),
            })
            {
                foreach (var key in Keys(words))
                    yield return (key, role);
            }
        }
    }

    /// <summary>The role of a title made of two known words: "Quell-IP", "Puerto de destino", "目的ポート".</summary>
    public static ColumnRole OfCompound(string key)
    {
        for (var at = 1; at < key.Length && key.Length <= MaximumCompound; at++)
        {
            foreach (var first in Parts.Value[key[..at]])
            {
                foreach (var link in Links.Where(link => string.CompareOrdinal(key, at, link, 0, link.Length) == 0 && at + link.Length < key.Length))
                {
                    foreach (var second in Parts.Value[key[(at + link.Length)..]])
                    {
                        if (Together(first, second) is var role and not ColumnRole.Other)
                            return role;
                    }
                }
            }
        }

        return ColumnRole.Other;
    }

    private static ColumnRole Together(Part a, Part b) => (a < b ? (a, b) : (b, a)) switch
    {
        (Part.Source, Part.Port) => ColumnRole.SourcePort,
        (Part.Destination, Part.Port) => ColumnRole.Port,
        (Part.Source, Part.Destination) => ColumnRole.Peer,
        (Part.Port, Part.Protocol) => ColumnRole.ProtocolPort,
        (Part.Source, Part.Address) => ColumnRole.SourceAddress,
        (Part.Destination, Part.Address) => ColumnRole.DestinationAddress,
        (Part.Source, Part.Host) => ColumnRole.Source,
        (Part.Destination, Part.Host) => ColumnRole.Destination,
        _ => ColumnRole.Other,
    };

    private static IEnumerable<(string Word, Part Part)> PartsOfTitles()
    {
        foreach (var language in Known)
        {
            foreach (var (words, part) in new[] { (language.Source, Part.Source), (language.Destination, Part.Destination), (language.Port, Part.Port), (language.Protocol, Part.Protocol) })
            {
                // a word of one or two Latin letters ("a", "de") would make half of all titles known
                foreach (var word in Keys(words).Where(w => w.Length > 2 || w[0] > '\u2E7F'))
                    yield return (word, part);
            }
        }

        foreach (var word in Addresses)
            yield return (word, Part.Address);
        foreach (var word in Hosts)
            yield return (word, Part.Host);
    }

    private static string[] Keys(string words) => [.. words.Split(", ").Select(ColumnVocabulary.Key).Where(k => k.Length > 0)];

    private sealed record Language(
        string Source,
        string Destination,
        string Protocol,
        string Port,
        string Direction,
        string Description,
        string Number,
        string Listener,
        string Action,
        string Status,
        string Peer);
}
