using System.Text.RegularExpressions;
using Plumbline.Import.Cells;
using Plumbline.Import.Tables;

namespace Plumbline.Import.Judging;

/// <summary>What a row says of itself: that it forbids the connection, that it is not there yet or no more.</summary>
internal static partial class StateRules
{
    public static void ReadAction(RowDraft row)
    {
        var cell = row.Laid.Text(ColumnRole.Action);
        if (cell.Length == 0 || PortReader.IsDash(cell) || row.IsCutAt(ColumnRole.Action))
            return;

        if (IsDenial(cell))
        {
            row.ExpectBlocked = true;
            row.Warn(DocumentIssueCode.RuleDenies, $"'{CellRules.Short(cell)}': the rule forbids the connection, so it is expected to be blocked; remove the row if it is no connection to verify");
        }
        else if (!Allow().IsMatch(cell))
        {
            row.Warn(DocumentIssueCode.ActionUnknown, $"'{CellRules.Short(cell)}' neither allows nor denies: the connection is expected to be open; write 'expect: Blocked' into the completions if it is not");
        }
    }

    /// <summary>"Do not expose:" above a table turns what it lists around.</summary>
    public static void ReadProhibition(RowDraft row)
    {
        var place = row.Laid.Table.Place;
        var stated = new[] { row.Laid.Section, place.Caption, place.Nearest }.FirstOrDefault(t => t is not null && Prohibition().IsMatch(t));
        if (stated is null || row.ExpectBlocked)
            return;
        row.ExpectBlocked = true;
        row.Warn(DocumentIssueCode.RuleDenies, $"the table stands under '{CellRules.Short(stated)}': its connections are expected to be blocked; remove them if they are none to verify");
    }

    public static void ReadStatus(RowDraft row)
    {
        if (row.Laid.StruckOut)
        {
            row.NotLive = true;
            row.Warn(DocumentIssueCode.RowStruckOut, "all cells of the row are struck out: it is listed and not verified; remove it from the document if it is gone");
            return;
        }

        var cell = row.Laid.Text(ColumnRole.Status);
        if (cell.Length == 0 || PortReader.IsDash(cell))
            return;
        var title = row.Header.Columns[row.Laid.Column(ColumnRole.Status)].Title;
        var switchedOff = Title().IsMatch(title) ? No().IsMatch(cell) != title.Contains("disab", StringComparison.OrdinalIgnoreCase) && (No().IsMatch(cell) || Yes().IsMatch(cell)) : NotLive().IsMatch(cell);
        if (switchedOff)
        {
            row.NotLive = true;
            row.Warn(DocumentIssueCode.RowNotLive, $"{title} '{CellRules.Short(cell)}': the row is not live and is not verified; correct the document when it is");
        }
        else if (IsDenial(cell))
        {
            row.ExpectBlocked = true;
            row.Warn(DocumentIssueCode.RuleDenies, $"{title} '{CellRules.Short(cell)}': the connection is expected to be blocked");
        }
    }

    /// <summary>"(retired)", "[planned]", "– decommissioned" behind a name, or "DENY" alone in a description.</summary>
    public static void FindStateInText(RowDraft row)
    {
        if (row.NotLive)
            return;
        foreach (var text in new[] { row.Source, row.Destination, row.Description })
        {
            if (text is null || InBrackets().Match(text) is not { Success: true } match)
                continue;
            row.NotLive = true;
            row.Warn(DocumentIssueCode.RowNotLive, $"'{CellRules.Short(text)}' says {match.Groups[1].Value.ToLowerInvariant()}: the row is not live and is not verified; correct the document when it is");
            return;
        }
    }

    [GeneratedRegex(@"\b(?:do not|don't|must not|should not|never)\W{0,4}\s*(?:be\s+)?(?:expose|open|allow|publish|permit)|^\W*(?:denied|blocked|forbidden|prohibited|disallowed)\s+(?:traffic|connections?|ports?|flows?)|\bnot (?:allowed|permitted|public|exposed)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Prohibition();

    /// <summary>A word that forbids, and not merely "no".</summary>
    public static bool IsProhibition(string cell) => Deny().IsMatch(cell);

    private static bool IsDenial(string cell) => Deny().IsMatch(cell) || No().IsMatch(cell);

    [GeneratedRegex(@"^\W*(?:den(?:y|ied|ies)|drop(?:ped)?|reject(?:ed)?|block(?:ed)?|forbid(?:den)?|discard(?:ed)?|not allowed|disallow(?:ed)?|prohibited|refuse[d]?|verboten|gesperrt|blockiert|ablehnen|verweigern|refus(?:er|é)|bloqu(?:er|é|ear|eado|eada|ado)|interdit|rechazar|denegar|denegado|prohibido|negar|negado|rifiuta|nega|blocca|vieta|reddet|engelle|yasak|запретить|запрещено|блокировать|отклонить|拒绝|拒絕|禁止|阻止|阻断|丢弃|拒否|ブロック|遮断|거부|차단|금지)(?!\w)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Deny();

    [GeneratedRegex(@"^\W*(?:allow(?:ed|s)?|permit(?:ted|s)?|accept(?:ed|s)?|pass|open(?:ed)?|yes|y|true|enabled?|ok|erlaub(?:t|en)|zulassen|freigegeben|ja|autoris(?:er|é)|oui|permit(?:ir|ido|e)|sí|si|aceptar|sim|permess[oa]|consenti(?:to|re)?|accetta|izin ver|kabul|evet|разрешить|разрешено|да|允许|允許|通过|放行|接受|是|許可|はい|허용|허가|✓|✔|x|read|write|read/write|any|internal|external|public|private)(?!\w)|[✓✔☑✅]",
        RegexOptions.IgnoreCase)]
    private static partial Regex Allow();

    [GeneratedRegex(@"^\W*(?:no|n|false|nein|non|não|hayır|нет|否|不|いいえ|아니오|off|0|✗|✘|❌)\W*$|^[✗✘❌]$", RegexOptions.IgnoreCase)]
    private static partial Regex No();

    [GeneratedRegex(@"^\W*(?:yes|y|true|ja|oui|sí|si|sim|evet|да|是|はい|예|on|1)\W*$|^[✓✔✅]$", RegexOptions.IgnoreCase)]
    private static partial Regex Yes();

    [GeneratedRegex(@"enabl|disab|^active$|^valid$|^live$|启用|啟用", RegexOptions.IgnoreCase)]
    private static partial Regex Title();

    [GeneratedRegex(
        @"\b(?:planned|proposed|draft|future|pending|requested|retired|decommissioned|decommissioning|removed|obsolete|inactive|disabled|expired|cancelled|canceled|rejected|revoked|deleted|closed|not (?:yet )?(?:implemented|active|live|in use|open|used)|unused|to be (?:removed|decommissioned|retired|implemented|done)|to do|todo|tbd|on hold|suspended|end of life|eol|sunset|withdrawn|archived|superseded|legacy - removed|"
        + @"geplant|beantragt|entfernt|stillgelegt|abgeschaltet|inaktiv|außer betrieb|zurückgezogen|deaktiviert|prévu|planifié|retiré|supprimé|désactivé|obsolète|planificado|previsto|retirado|eliminado|desactivado|obsoleto|inactivo|planejado|removido|desativado|inativo|pianificato|dismesso|rimosso|disattivato|planlandı|kaldırıldı|devre dışı|pasif)\b"
        + @"|планируется|запланирован|выведен|отключ[её]н|удал[её]н|неактив|计划|規劃|规划|已下线|已停用|已废弃|停用|禁用|予定|廃止|停止|無効|예정|폐지|중지|비활성",
        RegexOptions.IgnoreCase)]
    private static partial Regex NotLive();

    [GeneratedRegex(@"[(\[]\s*(retired|planned|decommissioned|removed|obsolete|disabled|inactive|not yet live|not yet implemented|no longer used|no longer in use|future|proposed|to be removed|to be decommissioned|geplant|stillgelegt|entfernt|deprecated and removed)\b[^()\[\]]{0,40}[)\]]", RegexOptions.IgnoreCase)]
    private static partial Regex InBrackets();
}
