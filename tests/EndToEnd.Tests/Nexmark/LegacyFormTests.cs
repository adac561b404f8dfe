using System.Globalization;
using System.Text;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Nexmark;

/// <summary>A script in the forms in which the public suite and tutorials of its time write them: variables for names, options and paths, properties of before
/// connectors had options, a function by its Java class, SET without quotes, statement sets that begin with BEGIN.</summary>
public sealed class LegacyFormTests
{
    const int Events = 2_000;
    const int Bids = Events / 50 * 46;

    // The lists of columns are longer than the suite's queries need, so that nested columns are read out of all three rows.
    const string Script = """
        SET execution.checkpointing.interval=1h;
        SET table.exec.mini-batch.enabled = true;

        CREATE TABLE datagen (
            event_type int,
            person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR>,
            auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, `dateTime` TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT,
                category BIGINT, extra VARCHAR>,
            bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, `dateTime` TIMESTAMP(3), extra VARCHAR>,
            `dateTime` AS CASE WHEN event_type = 0 THEN person.`dateTime` WHEN event_type = 1 THEN auction.`dateTime` ELSE bid.`dateTime` END,
            WATERMARK FOR `dateTime` AS `dateTime` - INTERVAL '4' SECOND
        ) WITH (
            'connector' = 'nexmark', 'first-event.rate' = '${TPS}', 'next-event.rate' = '${TPS}', 'events.num' = '${EVENTS_NUM}',
            'person.proportion' = '${PERSON_PROPORTION}', 'auction.proportion' = '${AUCTION_PROPORTION}', 'bid.proportion' = '${BID_PROPORTION}',
            'keep-alive' = '${KEEP_ALIVE}', 'stop-at' = '${STOP_AT}', 'max-emit-speed' = 'true', 'rate.shape' = 'SQUARE', 'rate.period' = '600 s', 'rate.limited' = 'false',
            'person.avg-size' = '200 b', 'auction.avg-size' = '500b', 'bid.avg-size' = '100b', 'bid.hot-ratio.auctions' = '2', 'bid.hot-ratio.bidders' = '4',
            'auction.hot-ratio.sellers' = '4'
        );
        -- The table that ${NOBODY} fills is not looked at in a comment.
        CREATE VIEW person AS SELECT person.id, person.name, person.city, person.state, `dateTime`, person.extra FROM ${NEXMARK_TABLE} WHERE event_type = 0;
        CREATE VIEW auction AS SELECT auction.id, auction.category, auction.seller, `dateTime` FROM ${NEXMARK_TABLE} WHERE event_type = 1;
        CREATE VIEW bid AS SELECT bid.auction, bid.bidder, bid.price, bid.channel, bid.url, `dateTime`, bid.extra FROM ${NEXMARK_TABLE} WHERE event_type = 2;

        CREATE FUNCTION count_char AS 'com.github.nexmark.flink.udf.CountChar';
        CREATE TEMPORARY FUNCTION IF NOT EXISTS chars AS 'com.github.nexmark.flink.udf.CountChar' LANGUAGE JAVA;

        CREATE TABLE side_input (key BIGINT, `value` VARCHAR) WITH (
            'connector.type' = 'filesystem', 'connector.property-version' = '1', 'connector.path' = 'file://${FLINK_HOME}/data/side_input.txt',
            'format.type' = 'csv', 'format.property-version' = '1', 'format.field-delimiter' = ';', 'update-mode' = 'append'
        );
        CREATE TABLE kafka (event_type int, person ROW<id BIGINT>) WITH (
            'connector.type' = 'kafka', 'connector.version' = 'universal', 'connector.topic' = 'nexmark', 'connector.startup-mode' = 'earliest-offset',
            'connector.properties.bootstrap.servers' = '${BOOTSTRAP_SERVERS}', 'connector.properties.group.id' = 'nexmark', 'format.type' = 'json', 'update-mode' = 'append'
        );
        CREATE TABLE discard_sink (auction BIGINT, bidder BIGINT) WITH ('connector.type' = 'blackhole');
        CREATE TABLE joined (auction BIGINT, `value` VARCHAR, extra VARCHAR, c BIGINT, n BIGINT) WITH (
            'connector' = 'filesystem', 'path' = 'file://${NEXMARK_DIR}/output/${SUBMIT_TIME}', 'format' = 'csv');
        CREATE TABLE people (id BIGINT, sold BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${NEXMARK_DIR}/output/people', 'format' = 'csv');

        BEGIN STATEMENT SET;
        INSERT INTO discard_sink SELECT B.auction, B.bidder FROM bid AS B;
        INSERT INTO joined
        SELECT B.auction, S.`value`, B.extra, count_char(B.extra, 'c'), chars(B.channel, 'o')
        FROM (SELECT *, PROCTIME() as p_time FROM bid) B JOIN side_input FOR SYSTEM_TIME AS OF B.p_time AS S ON mod(B.auction, 4) = S.key;
        INSERT INTO people SELECT P.id, A.id FROM auction AS A, person AS P WHERE A.seller = P.id;
        END;
        """;

    [Fact]
    public async Task A_script_in_the_forms_of_the_suite_runs_as_it_is()
    {
        using var work = new WorkDirectory();
        work.Write("suite.sql", Script);
        work.Write("home/data/side_input.txt", "0;zero\n1;one\n2;two\n3;three\n");
        var variables = new Dictionary<string, string>
        {
            ["TPS"] = "1000",
            ["EVENTS_NUM"] = Events.ToString(CultureInfo.InvariantCulture),
            ["PERSON_PROPORTION"] = "1",
            ["AUCTION_PROPORTION"] = "3",
            ["BID_PROPORTION"] = "46",
            ["KEEP_ALIVE"] = "false",
            ["STOP_AT"] = "-1",
            ["NEXMARK_TABLE"] = "datagen",
            ["FLINK_HOME"] = work["home"],
            ["NEXMARK_DIR"] = work.Path,
            ["SUBMIT_TIME"] = "1767225600",
            ["BOOTSTRAP_SERVERS"] = "localhost:9092",
        };
        var result = await RunningProgram.RunAsync(new ProgramStart
        {
            Arguments = ["run", "suite.sql", .. variables.SelectMany(variable => new[] { "-D", $"{variable.Key}={variable.Value}" })],
            WorkingDirectory = work.Path,
        }, TimeSpan.FromMinutes(2));
        result.Exits(0);
        var rows = work.Lines("output/1767225600").Select(line => line.Split(',')).ToList();
        Assert.Equal(Bids, rows.Count);
        string[] values = ["zero", "one", "two", "three"];
        Assert.All(rows, row =>
        {
            Assert.Equal(values[long.Parse(row[0], CultureInfo.InvariantCulture) % 4], row[1]);
            Assert.Equal(Encoding.UTF8.GetBytes(row[2]).Count(letter => letter == 'c').ToString(CultureInfo.InvariantCulture), row[3]);
        });
        // Google has two of them, Facebook too; each is a channel of its own.
        Assert.Contains(rows, row => row[4] == "2");
        var people = work.Lines("output/people").Select(line => line.Split(',')).ToList();
        // Who sells is known before what is sold, or comes a little later: each auction is some person's.
        Assert.InRange(people.Count, 1, Events / 50 * 3);
        Assert.Equal(people.Count, people.Select(row => row[1]).Distinct().Count());
    }

    [Fact]
    public async Task What_has_no_value_is_named_with_its_place()
    {
        using var work = new WorkDirectory();
        work.Write("suite.sql", "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '${EVENTS_NUM}');\nSELECT * FROM ${NEXMARK_TABEL};\n");
        var result = await RunningProgram.RunAsync(
            new ProgramStart { Arguments = ["run", "suite.sql", "-D", "EVENTS_NUM=1", "-D", "NEXMARK_TABLE=t"], WorkingDirectory = work.Path }, TimeSpan.FromMinutes(1));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("suite.sql:2: SELECT * FROM ${NEXMARK_TABEL};", result.Error, StringComparison.Ordinal);
        Assert.Contains("NEXMARK_TABLE", result.Error, StringComparison.Ordinal);
    }
}
