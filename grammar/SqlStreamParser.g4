// SqlStream's SQL: statements, queries, tables, expressions, types, names, in that order. README.md explains the conventions.
parser grammar SqlStreamParser;

options {
    tokenVocab = SqlStreamLexer;
}

// Statements ----------------------------------------------------------------------------------------------------------

singleStatement
    : statement EOF
    ;

statement
    : query                                                                                         # queryStatement
    | EXECUTE query                                                                                 # queryStatement
    | insert                                                                                        # insertStatement
    | EXECUTE insert                                                                                # insertStatement
    | statementSet                                                                                  # statementSetStatement
    | EXPLAIN (explainStage | PLAN FOR | explainDetail (COMMA explainDetail)*)? explained           # explain
    | createStatement                                                                               # create
    | REPLACE TABLE tableDefinition                                                                 # replaceTable
    | dropStatement                                                                                 # drop
    | alterStatement                                                                                # alter
    | SET (settingKey EQUAL settingValue)?                                                          # set
    | RESET settingKey?                                                                             # reset
    | USE CATALOG identifier                                                                        # useCatalog
    | USE qualifiedName                                                                             # useDatabase
    | SHOW showKind ((FROM | IN) qualifiedName | qualifiedName)? partitionSpec? showFilter?         # show
    | SHOW CREATE (TABLE | VIEW | CATALOG) qualifiedName                                            # showCreate
    | SHOW JOBS                                                                                     # showJobs
    | SHOW JOB text                                                                               # showJob
    | SHOW CHECKPOINTS (FOR JOB text)?                                                            # showCheckpoints
    | (DESCRIBE | DESC) JOB text                                                                  # describeJob
    | (DESCRIBE | DESC) (TABLE | VIEW | CATALOG | DATABASE | FUNCTION)? EXTENDED? qualifiedName     # describe
    | CHECKPOINT                                                                                    # checkpoint
    | CHECKPOINT JOB text                                                                         # checkpoint
    | CHECKPOINT TABLE DOT? qualifiedName                                                           # checkpoint
    | SAVEPOINT JOB text (TO text)?                                                             # savepoint
    | STOP JOB text (WITH SAVEPOINT)? (WITH DRAIN)?                                               # stopJob
    | DELETE FROM qualifiedName (WHERE expression)?                                                 # delete
    | UPDATE qualifiedName SET assignment (COMMA assignment)* (WHERE expression)?                   # update
    | TRUNCATE TABLE qualifiedName                                                                  # truncate
    | COMPILE PLAN (IF NOT EXISTS)? text FOR planned                                                # compilePlan
    | COMPILE AND EXECUTE PLAN text FOR planned                                                     # compileAndExecutePlan
    | EXECUTE PLAN text                                                                             # executePlan
    | unsupported                                                                                   # unsupportedStatement
    ;

insert
    : INSERT (INTO | OVERWRITE) TABLE? qualifiedName hints? partitionSpec?
        columnList? query (ON CONFLICT DO (NOTHING | ERROR | DEDUPLICATE))?
    ;

partitionSpec
    : PARTITION LEFT_PAREN partitionValue (COMMA partitionValue)* RIGHT_PAREN
    ;

partitionValue
    : columnName (EQUAL expression)?
    ;

statementSet
    : EXECUTE? STATEMENT SET BEGIN (insert SEMICOLON)* END
    | EXECUTE? BEGIN STATEMENT SET SEMICOLON (insert SEMICOLON)* END
    ;

explained
    : query
    | insert
    | statementSet
    | CREATE (OR REPLACE)? TEMPORARY? TABLE tableDefinition
    | REPLACE TABLE tableDefinition
    ;

planned
    : insert
    | statementSet
    ;

explainStage
    : SYNTAX | LOGICAL | OPTIMIZED | PHYSICAL | GRAPH
    ;

explainDetail
    : ESTIMATED_COST | CHANGELOG_MODE | JSON_EXECUTION_PLAN | PLAN_ADVICE
    ;

settingKey
    : text
    | word ((DOT | MINUS) word)*
    ;

settingValue
    : text
    | MINUS? number word?
    | word ((DOT | MINUS) word)*
    ;

showKind
    : CATALOGS | DATABASES | TABLES | VIEWS | USER? FUNCTIONS | COLUMNS | PARTITIONS | CURRENT CATALOG | CURRENT DATABASE
    ;

showFilter
    : NOT? (LIKE | ILIKE) text
    ;

assignment
    : columnName EQUAL expression
    ;

// Families that Flink has and SqlStream does not; the tail is not looked at.
unsupported
    : (CREATE | ALTER | DROP) (OR ALTER | OR REPLACE)? TEMPORARY? (MODEL | CONNECTION | MATERIALIZED TABLE) .*?
    | SHOW (MODELS | CONNECTIONS | MATERIALIZED TABLES | FULL? MODULES | PROCEDURES | JARS) .*?
    | SHOW CREATE (OR ALTER)? (MODEL | CONNECTION | MATERIALIZED TABLE) .*?
    | (DESCRIBE | DESC) (MODEL | CONNECTION) .*?
    | (LOAD | UNLOAD) MODULE .*?
    | USE MODULES .*?
    | (ADD | REMOVE) JAR .*?
    | ANALYZE TABLE .*?
    | CALL .*?
    ;

// Definitions ---------------------------------------------------------------------------------------------------------

createStatement
    : CREATE (OR REPLACE)? TEMPORARY? TABLE tableDefinition                                         # createTable
    | CREATE (OR REPLACE)? TEMPORARY? VIEW (IF NOT EXISTS)? qualifiedName
        (LEFT_PAREN viewColumn (COMMA viewColumn)* RIGHT_PAREN)? comment? AS query                  # createView
    | CREATE CATALOG (IF NOT EXISTS)? identifier comment? withOptions?                                  # createCatalog
    | CREATE DATABASE (IF NOT EXISTS)? qualifiedName comment? withOptions?                              # createDatabase
    | CREATE (TEMPORARY SYSTEM?)? FUNCTION (IF NOT EXISTS)? qualifiedName AS text
        (LANGUAGE identifier)? (USING functionResource (COMMA functionResource)*)? withOptions?         # createFunction
    ;

tableDefinition
    : (IF NOT EXISTS)? qualifiedName (LEFT_PAREN tableElement (COMMA tableElement)* RIGHT_PAREN)?
        comment? distribution? partitionedBy? withOptions? (likeClause | AS query)?
    ;

tableElement
    : columnName type columnConstraint? comment?                                                    # physicalColumn
    | columnName type METADATA (FROM text)? VIRTUAL? comment?                                     # metadataColumn
    | columnName AS expression comment?                                                             # computedColumn
    | columnName                                                                                    # namedColumn
    | WATERMARK FOR columnPath AS expression                                                        # watermark
    | (CONSTRAINT identifier)? PRIMARY KEY columnList (NOT? ENFORCED)?                              # primaryKey
    ;

columnConstraint
    : (CONSTRAINT identifier)? PRIMARY KEY (NOT? ENFORCED)?
    ;

viewColumn
    : columnName comment?
    ;

comment
    : COMMENT text
    ;

distribution
    : DISTRIBUTED BY identifier? columnList (INTO INTEGER_NUMBER BUCKETS)?
    | DISTRIBUTED INTO INTEGER_NUMBER BUCKETS
    ;

partitionedBy
    : PARTITIONED BY columnList
    ;

withOptions
    : WITH LEFT_PAREN (option (COMMA option)*)? RIGHT_PAREN
    ;

option
    : text EQUAL text
    ;

likeClause
    : LIKE qualifiedName (LEFT_PAREN likeOption* RIGHT_PAREN)?
    ;

likeOption
    : (INCLUDING | EXCLUDING | OVERWRITING)
        (ALL | CONSTRAINTS | DISTRIBUTION | PARTITIONS | GENERATED | METADATA | OPTIONS | WATERMARKS)
    ;

functionResource
    : (JAR | ARTIFACT | ASSEMBLY) text
    ;

dropStatement
    : DROP TEMPORARY? (TABLE | VIEW) (IF EXISTS)? qualifiedName
    | DROP (TEMPORARY SYSTEM?)? FUNCTION (IF EXISTS)? qualifiedName
    | DROP (CATALOG | DATABASE) (IF EXISTS)? qualifiedName (RESTRICT | CASCADE)?
    ;

alterStatement
    : ALTER TABLE (IF EXISTS)? qualifiedName alterTableAction                                       # alterTable
    | ALTER VIEW qualifiedName (RENAME TO qualifiedName | AS query)                                 # alterView
    | ALTER (TEMPORARY SYSTEM?)? FUNCTION (IF EXISTS)? qualifiedName AS text
        (LANGUAGE identifier)? (USING functionResource (COMMA functionResource)*)?                  # alterFunction
    | ALTER DATABASE qualifiedName SET optionList                                                   # alterDatabase
    | ALTER CATALOG identifier (SET optionList | RESET keyList | COMMENT text)                    # alterCatalog
    ;

optionList
    : LEFT_PAREN option (COMMA option)* RIGHT_PAREN
    ;

keyList
    : LEFT_PAREN text (COMMA text)* RIGHT_PAREN
    ;

alterTableAction
    : (ADD | MODIFY) distribution                                                                   # alterDistribution
    | ADD (IF NOT EXISTS)? addedPartition+                                                          # addPartitions
    | DROP (IF EXISTS)? partitionSpec (COMMA partitionSpec)*                                        # dropPartitions
    | DROP DISTRIBUTION                                                                             # dropDistribution
    | (ADD | MODIFY) (alterElement | LEFT_PAREN alterElement (COMMA alterElement)* RIGHT_PAREN)     # alterElements
    | DROP PRIMARY KEY                                                                              # dropPrimaryKey
    | DROP CONSTRAINT identifier                                                                    # dropConstraint
    | DROP WATERMARK                                                                                # dropWatermark
    | DROP (columnName | columnList)                                                                # dropColumns
    | RENAME TO qualifiedName                                                                       # renameTable
    | RENAME columnName TO columnName                                                               # renameColumn
    | SET optionList                                                                                # setTableOptions
    | RESET keyList                                                                                 # resetTableOptions
    ;

addedPartition
    : partitionSpec withOptions?
    ;

alterElement
    : tableElement (FIRST | AFTER columnName)?
    ;

// Queries -------------------------------------------------------------------------------------------------------------

query
    : (WITH commonTable (COMMA commonTable)*)? queryBody
        (ORDER BY orderItem (COMMA orderItem)*)?
        (LIMIT (expression | ALL))?
        (OFFSET expression (ROW | ROWS)?)?
        (LIMIT (expression | ALL))?
        (FETCH (FIRST | NEXT) expression? (ROW | ROWS) ONLY)?
    ;

commonTable
    : identifier columnList? AS LEFT_PAREN query RIGHT_PAREN
    ;

queryBody
    : queryPrimary                                                                                  # plainQuery
    | queryBody INTERSECT (ALL | DISTINCT)? queryBody                                               # setOperation
    | queryBody (UNION | EXCEPT | MINUS_) (ALL | DISTINCT)? queryBody                               # setOperation
    ;

queryPrimary
    : SELECT hints? (ALL | DISTINCT)? selectItem (COMMA selectItem)*
        (FROM joinedTable (COMMA joinedTable)*)?
        (WHERE where = expression)?
        (GROUP BY groupItem (COMMA groupItem)*)?
        (HAVING having = expression)?
        (WINDOW namedWindow (COMMA namedWindow)*)?
        (QUALIFY qualify = expression)?                                                             # select
    | VALUES expression (COMMA expression)*                                                         # values
    | TABLE qualifiedName                                                                           # tableQuery
    | LEFT_PAREN query RIGHT_PAREN                                                                  # parenthesizedQuery
    ;

selectItem
    : STAR                                                                                          # star
    | columnPath DOT STAR                                                                           # star
    | expression (AS columnName | identifier)?                                                      # selectExpression
    ;

groupItem
    : GROUPING SETS LEFT_PAREN groupItem (COMMA groupItem)* RIGHT_PAREN                             # groupingSets
    | ROLLUP LEFT_PAREN groupItem (COMMA groupItem)* RIGHT_PAREN                                    # rollup
    | CUBE LEFT_PAREN groupItem (COMMA groupItem)* RIGHT_PAREN                                      # cube
    | LEFT_PAREN RIGHT_PAREN                                                                        # emptyGroup
    | expression                                                                                    # groupExpression
    ;

namedWindow
    : identifier AS windowSpecification
    ;

windowSpecification
    : LEFT_PAREN existing = identifier? (PARTITION BY expression (COMMA expression)*)?
        (ORDER BY orderItem (COMMA orderItem)*)? frame? RIGHT_PAREN
    ;

frame
    : (ROWS | RANGE) (frameBound | BETWEEN frameBound AND frameBound)
    ;

frameBound
    : UNBOUNDED PRECEDING
    | UNBOUNDED FOLLOWING
    | CURRENT ROW
    | operand (PRECEDING | FOLLOWING)
    ;

orderItem
    : expression (ASC | DESC)? (NULLS (FIRST | LAST))?
    ;

hints
    : HINT_START hint (COMMA? hint)* HINT_END
    ;

hint
    : identifier (LEFT_PAREN (hintArgument (COMMA hintArgument)*)? RIGHT_PAREN)?
    ;

hintArgument
    : (text | columnPath) EQUAL hintValue
    | hintValue
    ;

hintValue
    : text
    | number
    | columnPath
    ;

// Tables --------------------------------------------------------------------------------------------------------------

joinedTable
    : tablePrimary joinClause*
    ;

joinClause
    : CROSS JOIN tablePrimary
    | NATURAL? (INNER | (LEFT | RIGHT | FULL) OUTER?)? JOIN tablePrimary (ON expression | USING columnList)?
    ;

tablePrimary
    : tableFactor (matchRecognize tableAlias?)?
    ;

tableFactor
    : qualifiedName hints? (FOR SYSTEM_TIME AS OF operand)? tableAlias?                             # namedTable
    | LATERAL? LEFT_PAREN query RIGHT_PAREN tableAlias?                                             # derivedTable
    | LEFT_PAREN joinedTable RIGHT_PAREN                                                            # parenthesizedTable
    | LATERAL? TABLE LEFT_PAREN functionCall RIGHT_PAREN (WITH ORDINALITY)? tableAlias?             # functionTable
    | LATERAL? functionCall (WITH ORDINALITY)? tableAlias?                                          # functionTable
    | UNNEST LEFT_PAREN expression (COMMA expression)* RIGHT_PAREN (WITH ORDINALITY)? tableAlias?   # unnest
    ;

tableAlias
    : AS? identifier columnList?
    ;

matchRecognize
    : MATCH_RECOGNIZE LEFT_PAREN
        (PARTITION BY expression (COMMA expression)*)?
        (ORDER BY orderItem (COMMA orderItem)*)?
        (MEASURES measure (COMMA measure)*)?
        ((ONE ROW | ALL ROWS) PER MATCH)?
        (AFTER MATCH SKIP_ matchSkip)?
        PATTERN LEFT_PAREN pattern RIGHT_PAREN
        (WITHIN operand)?
        (SUBSET patternSubset (COMMA patternSubset)*)?
        DEFINE patternDefinition (COMMA patternDefinition)* RIGHT_PAREN
    ;

measure
    : (FINAL | RUNNING)? expression AS columnName
    ;

matchSkip
    : PAST LAST ROW
    | TO NEXT ROW
    | TO FIRST identifier
    | TO LAST? identifier
    ;

patternSubset
    : identifier EQUAL columnList
    ;

patternDefinition
    : identifier AS expression
    ;

pattern
    : patternSequence (PIPE patternSequence)*
    ;

patternSequence
    : patternFactor+
    ;

patternFactor
    : patternPrimary patternQuantifier?
    ;

patternPrimary
    : PERMUTE LEFT_PAREN pattern (COMMA pattern)* RIGHT_PAREN                                       # permutedPattern
    | identifier                                                                                    # patternVariable
    | LEFT_PAREN pattern RIGHT_PAREN                                                                # groupedPattern
    | LEFT_BRACE MINUS pattern MINUS RIGHT_BRACE                                                    # excludedPattern
    | (CARET | DOLLAR)                                                                              # patternAnchor
    ;

patternQuantifier
    : (STAR | PLUS | QUESTION) QUESTION?
    | LEFT_BRACE INTEGER_NUMBER RIGHT_BRACE QUESTION?
    | LEFT_BRACE INTEGER_NUMBER? COMMA INTEGER_NUMBER? RIGHT_BRACE QUESTION?
    ;

// Expressions ---------------------------------------------------------------------------------------------------------

// Conditions, from the tightest to the loosest. BETWEEN takes operands, so that its AND is no conjunction.
expression
    : operand                                                                                       # operandExpression
    | expression NOT? BETWEEN (SYMMETRIC | ASYMMETRIC)? operand AND operand                         # between
    | expression NOT? IN LEFT_PAREN query RIGHT_PAREN                                               # inQuery
    | expression NOT? IN LEFT_PAREN expression (COMMA expression)* RIGHT_PAREN                      # inList
    | expression NOT? (LIKE | ILIKE | SIMILAR TO) operand (ESCAPE operand)?                         # like
    | expression OVERLAPS expression                                                                # overlaps
    | expression comparison (ALL | ANY | SOME) LEFT_PAREN query RIGHT_PAREN                         # quantified
    | expression comparison expression                                                              # compare
    | expression IS NOT? DISTINCT FROM expression                                                   # distinctFrom
    | expression IS NOT? isTest                                                                     # is
    | NOT expression                                                                                # not
    | expression AND expression                                                                     # and
    | expression OR expression                                                                      # or
    ;

comparison
    : EQUAL | NOT_EQUAL | LESS | LESS_OR_EQUAL | GREATER | GREATER_OR_EQUAL
    ;

isTest
    : NULL | TRUE | FALSE | UNKNOWN | JSON (VALUE | SCALAR | ARRAY | OBJECT)?
    ;

// Values, from the tightest to the loosest.
operand
    : primary                                                                                       # plainOperand
    | operand LEFT_BRACKET expression RIGHT_BRACKET fieldPath?                                      # subscript
    | (PLUS | MINUS) operand                                                                        # sign
    | operand (STAR | SLASH | PERCENT | CONCAT) operand                                             # arithmetic
    | operand (PLUS | MINUS) operand                                                                # arithmetic
    ;

fieldPath
    : (DOT name)+
    ;

primary
    : literal                                                                                       # literalValue
    | LEFT_PAREN query RIGHT_PAREN                                                                  # subquery
    | LEFT_PAREN expression (COMMA expression)* RIGHT_PAREN fieldPath?                              # parenthesized
    | ROW LEFT_PAREN (expression (COMMA expression)*)? RIGHT_PAREN fieldPath?                       # row
    | ARRAY LEFT_BRACKET (expression (COMMA expression)*)? RIGHT_BRACKET                            # array
    | MAP LEFT_BRACKET (expression COMMA expression (COMMA expression COMMA expression)*)? RIGHT_BRACKET  # map
    | CASE value = expression? whenClause+ (ELSE otherwise = expression)? END                       # case
    | (CAST | TRY_CAST) LEFT_PAREN expression AS type RIGHT_PAREN fieldPath?                        # cast
    | EXISTS LEFT_PAREN query RIGHT_PAREN                                                           # exists
    | functionCall fieldPath?                                                                       # call
    | columnPath                                                                                    # columnReference
    ;

whenClause
    : WHEN expression THEN expression
    ;

literal
    : INTEGER_NUMBER                                                                                # integerLiteral
    | DECIMAL_NUMBER                                                                                # decimalLiteral
    | DOUBLE_NUMBER                                                                                 # doubleLiteral
    | text                                                                                        # stringLiteral
    | HEX_STRING                                                                                    # binaryLiteral
    | (TRUE | FALSE)                                                                                # booleanLiteral
    | NULL                                                                                          # nullLiteral
    | (DATE | TIME | TIMESTAMP) text                                                              # datetimeLiteral
    | INTERVAL (PLUS | MINUS)? text intervalQualifier                                             # intervalLiteral
    ;

functionCall
    : CURRENT_DATE                                                                                  # bareCall
    | (CURRENT_TIME | CURRENT_TIMESTAMP | LOCALTIME | LOCALTIMESTAMP)
        (LEFT_PAREN INTEGER_NUMBER RIGHT_PAREN)?                                                    # bareCall
    | EXTRACT LEFT_PAREN timeUnit FROM expression RIGHT_PAREN                                       # extract
    | (FLOOR | CEIL | CEILING) LEFT_PAREN expression TO timeUnit RIGHT_PAREN                        # roundTime
    | (TIMESTAMPADD | TIMESTAMPDIFF) LEFT_PAREN timeUnit COMMA expression COMMA expression RIGHT_PAREN  # timestampCall
    | TRIM LEFT_PAREN (BOTH | LEADING | TRAILING)? characters = expression? FROM trimmed = expression RIGHT_PAREN  # trim
    | SUBSTRING LEFT_PAREN expression FROM expression (FOR expression)? RIGHT_PAREN                 # substring
    | POSITION LEFT_PAREN operand IN operand RIGHT_PAREN                                            # position
    | OVERLAY LEFT_PAREN expression PLACING expression FROM expression (FOR expression)? RIGHT_PAREN  # overlay
    | DESCRIPTOR columnList                                                                         # descriptor
    | JSON_EXISTS LEFT_PAREN expression COMMA expression (jsonBehavior ON ERROR)? RIGHT_PAREN       # jsonExists
    | JSON_VALUE LEFT_PAREN expression COMMA expression (RETURNING type)?
        (onEmpty = jsonBehavior ON EMPTY_)? (onError = jsonBehavior ON ERROR)? RIGHT_PAREN           # jsonValue
    | JSON_QUERY LEFT_PAREN expression COMMA expression (RETURNING type)? jsonWrapper?
        (onEmpty = jsonBehavior ON EMPTY_)? (onError = jsonBehavior ON ERROR)? RIGHT_PAREN           # jsonQuery
    | JSON_OBJECT LEFT_PAREN (jsonPair (COMMA jsonPair)*)? jsonNulls? RIGHT_PAREN                   # jsonObject
    | JSON_ARRAY LEFT_PAREN (expression (COMMA expression)*)? jsonNulls? RIGHT_PAREN                # jsonArray
    | JSON_OBJECTAGG LEFT_PAREN jsonPair jsonNulls? RIGHT_PAREN callSuffix                          # jsonObjectAgg
    | JSON_ARRAYAGG LEFT_PAREN expression jsonNulls? RIGHT_PAREN callSuffix                         # jsonArrayAgg
    | functionName LEFT_PAREN STAR RIGHT_PAREN callSuffix                                           # starCall
    | functionName LEFT_PAREN (ALL | DISTINCT)? (argument (COMMA argument)*)? nullTreatment?
        (ORDER BY orderItem (COMMA orderItem)*)? RIGHT_PAREN callSuffix                             # plainCall
    ;

callSuffix
    : nullTreatment? (WITHIN GROUP LEFT_PAREN ORDER BY orderItem (COMMA orderItem)* RIGHT_PAREN)?
        (FILTER LEFT_PAREN WHERE expression RIGHT_PAREN)? (OVER (identifier | windowSpecification))?
    ;

nullTreatment
    : (RESPECT | IGNORE) NULLS
    ;

argument
    : (identifier ARROW)? argumentValue
    ;

argumentValue
    : expression
    | tableArgument
    ;

tableArgument
    : TABLE (qualifiedName | LEFT_PAREN query RIGHT_PAREN)
        (PARTITION BY (LEFT_PAREN columnPath (COMMA columnPath)* RIGHT_PAREN | columnPath (COMMA columnPath)*))?
        (ORDER BY (LEFT_PAREN orderItem (COMMA orderItem)* RIGHT_PAREN | orderItem))?
    ;

functionName
    : qualifiedName
    | LEFT | RIGHT | GROUPING | INSERT | SOME
    ;

jsonPair
    : KEY? operand VALUE expression
    | operand COLON expression
    ;

jsonNulls
    : (NULL | ABSENT) ON NULL
    ;

jsonWrapper
    : WITHOUT ARRAY? WRAPPER
    | WITH (CONDITIONAL | UNCONDITIONAL)? ARRAY? WRAPPER
    ;

jsonBehavior
    : NULL | ERROR | TRUE | FALSE | UNKNOWN | EMPTY_ (ARRAY | OBJECT) | DEFAULT expression
    ;

// Types ---------------------------------------------------------------------------------------------------------------

type
    : typePrimary (NOT? NULL)? (collectionSuffix (NOT? NULL)?)*
    ;

collectionSuffix
    : ARRAY | MULTISET
    ;

typePrimary
    : DOUBLE PRECISION?                                                                             # doubleType
    | (CHAR | CHARACTER) VARYING typeArguments?                                                     # varcharType
    | (TIME | TIMESTAMP) typeArguments? ((WITH | WITHOUT) LOCAL? TIME ZONE)?                        # timeType
    | INTERVAL intervalQualifier                                                                    # intervalType
    | ARRAY LESS type GREATER                                                                       # arrayType
    | MULTISET LESS type GREATER                                                                    # multisetType
    | MAP LESS type COMMA type GREATER                                                              # mapType
    | ROW LESS (rowField (COMMA rowField)*)? GREATER                                                # rowType
    | ROW NOT_EQUAL                                                                                 # rowType
    | STRUCTURED LESS text (COMMA rowField)* GREATER                                                # structuredType
    | ROW LEFT_PAREN (rowField (COMMA rowField)*)? RIGHT_PAREN                                      # rowType
    | RAW LEFT_PAREN text COMMA text RIGHT_PAREN                                                # rawType
    | simpleTypeName typeArguments?                                                                 # simpleType
    | qualifiedName                                                                                 # userType
    ;

simpleTypeName
    : BOOLEAN | TINYINT | SMALLINT | INT | INTEGER | BIGINT | FLOAT | REAL | DECIMAL | DEC | NUMERIC | CHAR | CHARACTER
    | VARCHAR | STRING | BINARY | VARBINARY | BYTES | DATE | TIMESTAMP_LTZ | NULL | VARIANT | BITMAP | DESCRIPTOR
    ;

typeArguments
    : LEFT_PAREN INTEGER_NUMBER (COMMA INTEGER_NUMBER)? RIGHT_PAREN
    ;

rowField
    : columnName type text?
    ;

intervalQualifier
    : timeUnit typeArguments? (TO timeUnit (LEFT_PAREN INTEGER_NUMBER RIGHT_PAREN)?)?
    ;

timeUnit
    : identifier
    ;

// Names ---------------------------------------------------------------------------------------------------------------

qualifiedName
    : identifier (DOT name)*
    ;

columnPath
    : columnName (DOT name)*
    ;

columnList
    : LEFT_PAREN columnName (COMMA columnName)* RIGHT_PAREN
    ;

// A column: any identifier.
columnName
    : identifier
    ;

// After a dot any word is a name.
name
    : identifier
    | reserved
    ;

word
    : name
    ;

identifier
    : IDENTIFIER
    | QUOTED_IDENTIFIER
    | nonReserved
    ;

text
    : STRING_LITERAL+
    | UNICODE_STRING (UESCAPE STRING_LITERAL)?
    ;

number
    : INTEGER_NUMBER
    | DECIMAL_NUMBER
    | DOUBLE_NUMBER
    ;

// Words that are identifiers wherever the grammar does not ask for them.
nonReserved
    : ABSENT | ADD | AFTER | ANALYZE | ARTIFACT | ASC | ASSEMBLY | ASYMMETRIC | BEGIN | BIGINT | BINARY | BITMAP
    | BOOLEAN | BOTH | BUCKETS | BYTES | CALL | CASCADE | CATALOG | CATALOGS | CEIL | CEILING | CENTURY
    | CHANGELOG_MODE | CHAR | CHARACTER | CHECKPOINT | CHECKPOINTS | COLUMN | COLUMNS | COMMENT | COMPILE
    | COMPUTE | CONDITIONAL | CONFLICT | CONNECTION | CONNECTIONS | CONSTRAINTS | CURRENT | CURRENT_DATE
    | CURRENT_TIME | CURRENT_TIMESTAMP | DATABASE | DATABASES | DATE | DAY | DEC | DECADE | DECIMAL
    | DEDUPLICATE | DEFAULT | DEFINE | DESC | DESCRIPTOR | DISTRIBUTED | DISTRIBUTION | DO | DOUBLE | DOW | DOY
    | DRAIN | EMPTY_ | ENFORCED | EPOCH | ERROR | ESTIMATED_COST | EXCLUDING | EXTENDED | EXTRACT | FINAL | FIRST
    | FLOAT | FLOOR | FOLLOWING | FRESHNESS | FUNCTION | FUNCTIONS | GENERATED | GRAPH | HOUR | IF | IGNORE
    | ILIKE | INCLUDING | INT | INTEGER | ISODOW | ISOYEAR | JAR | JARS | JOB | JOBS | JSON | JSON_ARRAY
    | JSON_ARRAYAGG | JSON_EXECUTION_PLAN | JSON_EXISTS | JSON_OBJECT | JSON_OBJECTAGG | JSON_QUERY | JSON_VALUE
    | KEY | LANGUAGE | LAST | LEADING | LOAD | LOCAL | LOCALTIME | LOCALTIMESTAMP | LOGICAL | MAP | MATCH
    | MATERIALIZED | MEASURES | METADATA | MICROSECOND | MILLENNIUM | MILLISECOND | MINUS_ | MINUTE | MODEL
    | MODELS | MODIFY | MODULE | MODULES | MONTH | MULTISET | NANOSECOND | NEXT | NO | NOTHING | NULLS | NUMERIC
    | OBJECT | OF | ONE | ONLY | OPTIMIZED | OPTIONS | ORDINALITY | OVERLAPS | OVERLAY | OVERWRITE | OVERWRITING
    | PARTITIONED | PARTITIONS | PAST | PATTERN | PER | PERMUTE | PHYSICAL | PLACING | PLAN | PLAN_ADVICE
    | POSITION | PRECEDING | PRECISION | PROCEDURES | QUARTER | RANGE | RAW | REAL | RECURSIVE | REMOVE | RENAME
    | REPLACE | RESET | RESPECT | RESTRICT | RETURNING | ROW | ROWS | RUNNING | SAVEPOINT | SCALAR | SECOND
    | SETS | SHOW | SKIP_ | SMALLINT | STATEMENT | STATISTICS | STOP | STRING | STRUCTURED | SUBSET | SUBSTRING
    | SYMMETRIC | SYNTAX | SYSTEM | SYSTEM_TIME | TABLES | TEMPORARY | TIES | TIME | TIMESTAMP | TIMESTAMPADD
    | TIMESTAMPDIFF | TIMESTAMP_LTZ | TINYINT | TRAILING | TRIM | TRUNCATE | UNBOUNDED | UNCONDITIONAL | UNIQUE
    | UNKNOWN | UNLOAD | USE | USER | VALUE | VARBINARY | VARCHAR | VARIANT | VARYING | VIEW | VIEWS | VIRTUAL
    | WATERMARK | WATERMARKS | WEEK | WITHOUT | WRAPPER | YEAR | ZONE
    ;

// Words that are names only after a dot and in unquoted option keys.
reserved
    : ALL | ALTER | AND | ANY | ARRAY | AS | BETWEEN | BY | CASE | CAST | CONSTRAINT | CREATE | CROSS | CUBE
    | DELETE | DESCRIBE | DISTINCT | DROP | ELSE | END | ESCAPE | EXCEPT | EXECUTE | EXISTS | EXPLAIN | FALSE
    | FETCH | FILTER | FOR | FROM | FULL | GROUP | GROUPING | HAVING | IN | INNER | INSERT | INTERSECT
    | INTERVAL | INTO | IS | JOIN | LATERAL | LEFT | LIKE | LIMIT | MATCH_RECOGNIZE | NATURAL | NOT | NULL
    | OFFSET | ON | OR | ORDER | OUTER | OVER | PARTITION | PRIMARY | QUALIFY | RIGHT | ROLLUP | SELECT | SET
    | SIMILAR | SOME | TABLE | THEN | TO | TRUE | TRY_CAST | UESCAPE | UNION | UNNEST | UPDATE | USING | VALUES
    | WHEN | WHERE | WINDOW | WITH | WITHIN
    ;
