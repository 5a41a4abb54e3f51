namespace Plumbline.Import.Tests;

/// <summary>What a cell says, and what it does not.</summary>
public sealed class CellTests
{
    [TestCase("443", new[] { 443 }, false)]
    [TestCase("25, 443, 587", new[] { 25, 443, 587 }, false)]
    [TestCase("5050; 8888", new[] { 5050, 8888 }, false)]
    [TestCase("8200 + 8201", new[] { 8200, 8201 }, false)]
    [TestCase("80 and 443", new[] { 80, 443 }, false)]
    [TestCase("9092/9093", new[] { 9092, 9093 }, true)]
    [TestCase("80 or 443", new[] { 80, 443 }, true)]
    [TestCase("25, 443 or 587", new[] { 25, 443, 587 }, true)]
    [TestCase("8301(UDP)", new[] { 8301 }, false)]
    [TestCase("443/tcp", new[] { 443 }, false)]
    [TestCase("443tcp", new[] { 443 }, false)]
    [TestCase("TCP: 80, 443", new[] { 80, 443 }, false)]
    [TestCase("disabled (8501)\\*", new[] { 8501 }, false)]
    [TestCase("8092[^note]", new[] { 8092 }, false)]
    [TestCase("10.0.0.1:8080", new[] { 8080 }, false)]
    [TestCase("443 (TLS 1.2)", new[] { 443 }, false)]
    [TestCase("443, 443", new[] { 443 }, false)]
    [TestCase("32NN", new int[0], false)]
    [TestCase("Depends on the provider", new int[0], false)]
    [TestCase("any", new int[0], false)]
    [TestCase("ICMP 8/0", new int[0], false)]
    [TestCase("see connections 16, 27, and 32", new int[0], false)]
    [TestCase("10.0.0.0/24", new int[0], false)]
    [TestCase("v2.5", new int[0], false)]
    [TestCase("-1", new int[0], false)]
    [TestCase("0", new int[0], false)]
    [TestCase("70000", new int[0], false)]
    [TestCase("99999999999999999999", new int[0], false)]
    [TestCase("0, 443", new[] { 443 }, false)]
    [TestCase("30000-32767", new int[0], false)]
    public void Port_AsWritten_IsReadAs(string cell, int[] ports, bool alternatives)
    {
        var row = Text.Cells("A", "B", "TCP", cell);

        Assert.That((row.Ports, row.PortAlternatives), Is.EqualTo((ports, alternatives)));
    }

    [TestCase("32NN", DocumentIssueCode.PortUnreadable)]
    [TestCase("Depends on the provider", DocumentIssueCode.PortNotStated)]
    [TestCase("All", DocumentIssueCode.PortNotStated)]
    [TestCase("0", DocumentIssueCode.PortOutOfRange)]
    [TestCase("70000", DocumentIssueCode.PortOutOfRange)]
    [TestCase("443, 70000", DocumentIssueCode.PortOutOfRange)]
    [TestCase("32767-30000", DocumentIssueCode.PortUnreadable)]
    [TestCase("30000-70000", DocumentIssueCode.PortOutOfRange)]
    [TestCase("", DocumentIssueCode.PortMissing)]
    public void Port_ThatIsNone_IsAnErrorAndTheRowStays(string cell, DocumentIssueCode code)
    {
        var row = Text.Cells("A", "B", "TCP", cell);

        Assert.That(row.Warnings.Single(w => w.Code == code).Severity, Is.EqualTo(DocumentIssueSeverity.Error));
        Assert.That(row.Source, Is.EqualTo("A"));
    }

    [TestCase("30000-32767", 30000, 32767)]
    [TestCase("20000 – 45000", 20000, 45000)]
    [TestCase("8000 to 8010", 8000, 8010)]
    [TestCase("2379..2380", 2379, 2380)]
    public void Port_Range_IsNeverExpanded(string cell, int from, int to)
    {
        var row = Text.Cells("A", "B", "TCP", cell);

        Assert.That(row.PortRanges, Is.EqualTo(new[] { new PortRange(from, to) }));
        Assert.That(row.Ports, Is.Empty);
        Assert.That((row.Verifiable, row.UnverifiableReason), Is.EqualTo((false, UnverifiableReasons.PortRange)));
    }

    [Test]
    public void Port_RangeBesideSinglePorts_KeepsBoth()
    {
        var row = Text.Cells("A", "B", "TCP", "443, 8000-8010");

        Assert.That((row.Ports, row.PortRanges), Is.EqualTo((new[] { 443 }, new[] { new PortRange(8000, 8010) })));
        Assert.That(row.Verifiable);
    }

    [TestCase("Logical connection only")]
    [TestCase("N/A")]
    [TestCase("X")]
    public void Port_Logical_IsNotProbed(string cell)
    {
        var row = Text.Cells("A", "B", "TCP", cell);

        Assert.That((row.Transport, row.UnverifiableReason, row.PortText), Is.EqualTo((Transport.Logical, UnverifiableReasons.LogicalConnectionOnly, cell)));
    }

    [Test]
    public void Ports_WithStatedRoles_AreAllMeantInSpiteOfTheSlash()
    {
        var row = Text.Cells("A", "B", "TCP", "61616 / 8080", description: "61616 for liveness and 8080 for readiness.");

        Assert.That(row.PortAlternatives, Is.False);
        Assert.That(row.PerPort.Select(p => (p.Port, p.Purpose)), Is.EqualTo(new[] { (61616, "liveness"), (8080, "readiness") }));
    }

    [Test]
    public void Ports_WithOwnProtocols_KeepThem()
    {
        var row = Text.Cells("A", "B", "TCP", "8300, 8301(UDP)");

        Assert.That(row.PerPort.Select(p => (p.Port, p.Protocol)), Is.EqualTo(new[] { (8301, "udp") }));
    }

    [TestCase("TCP", Transport.Tcp, null, null)]
    [TestCase("tcp", Transport.Tcp, null, null)]
    [TestCase("UDP", Transport.Udp, null, null)]
    [TestCase("HTTP", Transport.Tcp, "http", "http")]
    [TestCase("HTTPS", Transport.Tcp, "https", "https")]
    [TestCase("HTTP/2", Transport.Tcp, "http", "http")]
    [TestCase("HTTPS (TLS 1.2)", Transport.Tcp, null, null)]
    [TestCase("TCP (TLS)", Transport.Tcp, "tls", null)]
    [TestCase("TLS", Transport.Tcp, "tls", null)]
    [TestCase("SIP/TCP", Transport.Tcp, "sip", null)]
    [TestCase("TCP/HTTP", Transport.Tcp, null, null)]
    [TestCase("HTTP/HTTPS", Transport.Tcp, null, null)]
    [TestCase("TCP/UDP", Transport.NotStated, null, null)]
    [TestCase("RTP/RTCP", Transport.NotStated, null, null)]
    [TestCase("TURN/STUN", Transport.NotStated, null, null)]
    [TestCase("gRPC", Transport.Tcp, "grpc", null)]
    [TestCase("Frobnicate", Transport.NotStated, null, null)]
    [TestCase("ТСР", Transport.Tcp, null, null)]
    [TestCase("НТТР", Transport.Tcp, "http", "http")]
    public void Protocol_AsWritten_IsReadAs(string cell, Transport transport, string? application, string? scheme)
    {
        var row = Text.Cells("A", "B", cell, "8080");

        Assert.That((row.Transport, row.ApplicationProtocol, row.Scheme), Is.EqualTo((transport, application, scheme)));
    }

    [Test]
    public void Protocol_Empty_IsNeverTakenFromThePort()
    {
        var row = Text.Cells("A", "B", "", "443");

        Assert.That((row.Protocol, row.Transport, row.UnverifiableReason), Is.EqualTo(((string?)null, Transport.NotStated, UnverifiableReasons.ProtocolMissing)));
    }

    [Test]
    public void Protocol_Udp_ProvesNothingByAMissingAnswer() =>
        Assert.That(Text.Cells("A", "B", "UDP", "514").UnverifiableReason, Is.EqualTo(UnverifiableReasons.Udp));

    [Test]
    public void Protocol_UdpToDns_IsVerifiedWithAQuery()
    {
        var row = Text.Cells("A", "B", "UDP", "53");

        Assert.That((row.Verifiable, row.UnverifiableReason, row.Probe), Is.EqualTo((true, (string?)null, ProbeKind.Dns)));
        Assert.That(Text.Cells("A", "B", "UDP", "53, 123").UnverifiableReason, Is.EqualTo(UnverifiableReasons.Udp));
    }

    [Test]
    public void Protocol_HttpOnTlsPort_IsProbedAsTcpAndReported()
    {
        var row = Text.Cells("MCP", "Nexus", "HTTP", "443");

        Assert.That((row.Protocol, row.Probe), Is.EqualTo(("HTTP", ProbeKind.Tcp)));
        Assert.That(row.Codes(), Has.Member(DocumentIssueCode.ProtocolPortMismatch));
    }

    [Test]
    public void LookAlikes_InACellOfAnotherScript_AreLeftAlone()
    {
        var row = Text.Cells("Сервер", "СОН", "TCP", "80");

        Assert.That((row.Source, row.Destination), Is.EqualTo(("Сервер", "СОН")));
        Assert.That(row.Codes(), Has.None.EqualTo(DocumentIssueCode.LookalikeCharacters));
    }

    [Test]
    public void LookAlikes_AmongLatinLetters_AreFoldedAndNoted()
    {
        var row = Text.Cells("Tenant Ѕervice", "B", "TCP", "80");

        Assert.That(row.Source, Is.EqualTo("Tenant Service"));
        Assert.That(row.Warnings.Single().Message, Does.Contain("U+0405"));
    }

    [TestCase("Public Internet")]
    [TestCase("Windows Jump")]
    [TestCase("Source system")]
    [TestCase("Browser")]
    [TestCase("Agents")]
    [TestCase("Clients")]
    public void Source_EvidentlyOutside_IsNotVerifiable(string name)
    {
        var row = Text.Cells(name, "B", "TCP", "80");

        Assert.That((row.SourceOutsideCluster, row.UnverifiableReason), Is.EqualTo((true, UnverifiableReasons.SourceOutsideCluster)));
    }

    [TestCase("User Service")]
    [TestCase("Master Agent")]
    [TestCase("Client Registry")]
    [TestCase("Application Gateway")]
    public void Source_ThatOnlySoundsOutside_IsVerifiable(string name) =>
        Assert.That(Text.Cells(name, "B", "TCP", "80").Verifiable);

    [Test]
    public void Source_Service_IsVerifiedByItsEndpoints()
    {
        var row = Text.Cells("IWD Service (Cluster IP)", "IWD Pod", "TCP", "4024");

        Assert.That((row.Probe, row.ProbeFrom), Is.EqualTo((ProbeKind.ServiceEndpoints, ProbeOrigin.Service)));
    }

    [Test]
    public void Name_WithFootnoteMark_KeepsItAndWarns()
    {
        var row = Text.Cells("A", "Ingress controller\\*", "TCP", "80", description: "Note. *Only sometimes.");

        Assert.That(row.Destination, Is.EqualTo("Ingress controller*"));
        Assert.That(row.Warnings.Single(w => w.Code == DocumentIssueCode.Footnote).Message, Does.Contain("*Only sometimes."));
    }

    [TestCase("Init Tenant: Job", "GAuth: Authorization Service")]
    [TestCase("snake_case_name", "a*b*c")]
    public void Name_WithColonsAndMarks_IsKeptWhole(string source, string destination)
    {
        var row = Text.Cells(source, destination, "TCP", "80");

        Assert.That((row.Source, row.Destination), Is.EqualTo((source, destination)));
    }

    [Test]
    public void Classification_WithProseInItAndNoDescription_IsTheDescription()
    {
        var row = Text.Cells("A", "B", "TCP", "80", "Checks that it is alive.", "");

        Assert.That((row.Classification, row.Description), Is.EqualTo(((string?)null, "Checks that it is alive.")));
        Assert.That(row.Codes(), Is.EqualTo(new[] { DocumentIssueCode.CellShifted }));
    }

    [Test]
    public void Row_ThatPointsToAnotherDocument_ReferencesItsRowsAndHasNoPorts()
    {
        var row = Text.Cells("A", "Voice", "", "", "", "For information, see connections 16, 27, and 32 in the Voice guide.");

        Assert.That((row.ReferencesRows, row.ReferencesDocument, row.Ports), Is.EqualTo((new[] { "16", "27", "32" }, "Voice guide", Array.Empty<int>())));
        Assert.That(row.Codes(), Is.EqualTo(new[] { DocumentIssueCode.RefersToOtherDocument }));
    }

    [TestCase("DCU subscribes for events from Voice SIP Service.", "Voice SIP Service")]
    [TestCase("Pulse queries the Authentication Service to validate users.", "Authentication Service")]
    [TestCase("Interaction Server connection to Pulse DCU.", "Pulse DCU")]
    [TestCase("Reads configuration data from Config Server.", "Config Server")]
    [TestCase("Job reads configuration data from Config Server.", "Config Server")]
    [TestCase("Broadcasts events from Voice Service to connected clients.", null)]
    [TestCase("Init job uses this connection to initialize templates.", null)]
    [TestCase("Metrics for monitoring with Prometheus.", null)]
    [TestCase("Sends data to Alpha and reads metadata. Then connects to Beta.", null)]
    public void Destination_WithoutAColumn_ComesFromProseOnlyWhenItNamesOne(string description, string? destination)
    {
        var row = Text.Row($"| Number | What's connecting | Connection type | Port number | Data |\n|-|-|-|-|-|\n| 1 | DCU StatefulSet | tcp | 8000 | {description} |\n");

        Assert.That(row.Destination, Is.EqualTo(destination));
        Assert.That(row.Codes(), Has.Member(destination is null ? DocumentIssueCode.DestinationMissing : DocumentIssueCode.DestinationFromDescription));
    }
}
